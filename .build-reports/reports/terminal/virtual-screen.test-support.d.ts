/** A terminal that knows just what the reporter may use, and notes everything else. */
export declare class VirtualScreen {
    #private;
    readonly columns: number;
    written: string;
    isCursorVisible: boolean;
    /** How often a line ran into the right edge. */
    overflows: number;
    readonly unknownControls: string[];
    constructor(columns: number);
    write(text: string): void;
    text(): string;
}
