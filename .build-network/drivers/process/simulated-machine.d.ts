import type { MachineRequest, UnitEvent } from './machine-protocol.js';
/** The init of a simulated machine: starts units at boot, supervises them, ends them in order. */
export declare class SimulatedMachine {
    #private;
    constructor(report: (event: UnitEvent) => void, log: (message: string) => void);
    answer(request: MachineRequest): Promise<unknown>;
    /** Power off: everything is killed at one instant. Synchronous, so that nothing can come in between. */
    powerOff(): void;
    /** Writes down who runs now, for whoever must clean up after this process was killed. */
    sample(): void;
}
