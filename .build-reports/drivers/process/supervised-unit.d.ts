import { type ChildProcess } from 'node:child_process';
import type { StopResult } from '../../core/driver.js';
import { type ProcessIdentity } from '../../operating-system/process-table.js';
import { type MachineUnit, type UnitEvent, type UnitState } from './machine-protocol.js';
export interface RunningUnit extends ProcessIdentity {
    readonly child: ChildProcess;
    readonly startedAtMs: number;
    /** Resolves when the main process has exited. */
    readonly exited: Promise<UnitExit>;
}
export interface UnitExit {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly atMs: number;
}
/**
 * One unit of the simulated machine and its supervision. The main process leads a process group of its own. When it
 * ends, the supervisor ends the rest of the group before anything else, as a service manager does with a control
 * group: a wrapper's child must not keep the port of the next start.
 */
export declare class SupervisedUnit {
    #private;
    readonly unit: MachineUnit;
    constructor(unit: MachineUnit, report: (event: UnitEvent) => void);
    get running(): RunningUnit | null;
    state(): UnitState;
    /** An operator's start. Nothing happens when it runs. Throws when it is held or cannot be started. */
    start(): Promise<void>;
    /** An operator's stop: it is not restarted. Throws when it does not run: there is no exit to tell of. */
    stop(options: {
        readonly signal: NodeJS.Signals;
        readonly graceMs: number;
    }): Promise<StopResult>;
    /** Keeps it down from its next exit on. */
    hold(): void;
    /** Takes a hold back: what was up when it was held is started, whatever its policy. */
    release(): Promise<void>;
    /** No restart from now on; the machine goes down. */
    leaveDown(): void;
}
