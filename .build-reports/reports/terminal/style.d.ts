import type { Outcome } from '../../core/outcome.js';
import type { RunTone } from '../priorities.js';
/** Colours as functions, so that text without colour takes the same way. */
export interface Style {
    readonly bold: Paint;
    readonly dim: Paint;
    readonly accent: Paint;
    readonly warning: Paint;
    readonly outcome: (outcome: Outcome, text: string) => string;
    readonly tone: (tone: RunTone, text: string) => string;
}
type Paint = (text: string) => string;
/** Colours from the basic set only: they follow the palette that the user chose for the terminal. */
export declare function createStyle(isColored: boolean): Style;
/** What decides about colour and redrawing; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>;
/**
 * FORCE_COLOR wins over NO_COLOR, as in Node itself; without either, colour is for terminals that know it and that a
 * person looks at.
 */
export declare function wantsColor(isTTY: boolean, environment: Environment): boolean;
/** CI servers give some programs a terminal and then store what was written: redrawing would only fill their logs. */
export declare function wantsRedraw(isTTY: boolean, environment: Environment): boolean;
export {};
