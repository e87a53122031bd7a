import type { StopResult } from '../../core/driver.js';
import type { RestartPolicy } from '../../core/service-descriptor.js';
/**
 * Messages between the driver and the simulated machine, on the child process's IPC channel. The machine boots
 * nothing before `boot`; it ends all of its units and itself when the channel closes.
 */
export interface MachineUnit {
    readonly name: string;
    readonly kind: 'component' | 'replica';
    readonly command: readonly [string, ...string[]];
    readonly environment: Readonly<Record<string, string>>;
    readonly directory: string;
    readonly logFile: string;
    readonly restart: RestartPolicy;
    readonly startAtBoot: boolean;
    readonly stopSignal: NodeJS.Signals;
}
export interface BootOrder {
    readonly units: readonly MachineUnit[];
    /** The operator's first start: everything, whatever `startAtBoot` says. */
    readonly startAll: boolean;
    readonly processRecord: string;
}
/** `state` of a unit as the machine knows it. */
export interface UnitState {
    readonly pid: number | null;
    readonly startTime: string | null;
    readonly state: 'running' | 'exited' | 'held';
    readonly restarts: number;
}
/** What the driver may ask, and what is answered. */
export interface MachineRequests {
    boot: {
        readonly parameters: BootOrder;
        readonly answer: null;
    };
    start: {
        readonly parameters: {
            readonly unit: string;
        };
        readonly answer: null;
    };
    stop: {
        readonly parameters: {
            readonly unit: string;
            readonly signal: NodeJS.Signals;
            readonly graceMs: number;
        };
        readonly answer: StopResult;
    };
    hold: {
        readonly parameters: {
            readonly unit: string;
        };
        readonly answer: null;
    };
    release: {
        readonly parameters: {
            readonly unit: string;
        };
        readonly answer: null;
    };
    state: {
        readonly parameters: {
            readonly unit: string;
        };
        readonly answer: UnitState;
    };
    /** Answered when all units have ended; then the machine exits with code 0. */
    shutdown: {
        readonly parameters: {
            readonly graceMs: number;
        };
        readonly answer: null;
    };
}
export type MachineRequestName = keyof MachineRequests;
export type MachineRequest = {
    [Name in MachineRequestName]: {
        readonly id: number;
        readonly name: Name;
        readonly parameters: MachineRequests[Name]['parameters'];
    };
}[MachineRequestName];
export type MachineMessage = {
    readonly kind: 'ready';
} | {
    readonly kind: 'answer';
    readonly id: number;
    readonly answer: unknown;
} | {
    readonly kind: 'refusal';
    readonly id: number;
    readonly reason: string;
} | UnitEvent;
export type UnitEvent = {
    readonly kind: 'process-started';
    readonly unit: string;
    readonly atHrtimeMs: number;
    readonly pid: number;
    readonly startTime: string;
    readonly restarts: number;
} | {
    readonly kind: 'process-exited';
    readonly unit: string;
    readonly atHrtimeMs: number;
    readonly pid: number | null;
    readonly code: number | null;
    readonly signal: string | null;
    readonly error?: string;
    readonly uptimeMs: number;
    readonly restartInMs: number | null;
};
/** Milliseconds of the machine's monotonic clock, the same in every process. */
export declare const hrtimeMs: () => number;
