import type { Deployment, DriverPlatformEvent, Instance, Journal } from '../core/driver.js';
import type { HistoryEvent } from '../core/history.js';
import type { ServiceDescriptor } from '../core/service-descriptor.js';
import type { CleanupStack } from './cleanup-stack.js';
import { type ProbeAnswer } from './probe.js';
/** What the parts of one running scenario share. Made by run-scenario, one for each scenario. */
export interface ScenarioWorld {
    readonly service: ServiceDescriptor;
    readonly deployment: Deployment;
    readonly journal: Journal;
    readonly cleanup: CleanupStack;
    readonly signal: AbortSignal;
    /** ms since the scenario began. */
    clock(): number;
    record(event: HistoryEvent): void;
    /** Told of everything the platform reports, after it was recorded. */
    onPlatform(listener: (event: DriverPlatformEvent) => void): () => void;
    /** Things that were not put back. */
    notRestored(what: string): void;
}
export declare function instanceOf(world: ScenarioWorld, id: string): Instance;
export interface Identified extends ProbeAnswer {
    readonly boot: string | undefined;
}
/** One readiness answer of an instance, past the balancer, with the boot that gave it. */
export declare function readiness(world: ScenarioWorld, id: string, timeoutMs?: number): Promise<Identified>;
