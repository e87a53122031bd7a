import type { Edge, EdgeCounters } from '../core/driver.js';
import { type ScenarioWorld } from './scenario-world.js';
/** The old process is gone, and its address refuses connections or another boot answers there. */
export declare function witnessDeath(world: ScenarioWorld, target: string, before: {
    readonly pid: number;
    readonly boot: string | undefined;
}): Promise<string | undefined>;
/** Connections are accepted by the kernel, but nothing answers. */
export declare function witnessFreeze(world: ScenarioWorld, target: string): Promise<string | undefined>;
/** The proxies on all of these edges turned away, held or cut connections since the fault was applied. */
export declare function witnessEdges(world: ScenarioWorld, edges: readonly Edge[], before: readonly EdgeCounters[]): Promise<string | undefined>;
/** Readiness stopped passing. Watched for as long as a balancer may need to notice. */
export declare function witnessDrain(world: ScenarioWorld, target: string, timeoutMs: number): Promise<string | undefined>;
/** Readiness passes again. */
export declare function witnessReady(world: ScenarioWorld, target: string, timeoutMs: number): Promise<string | undefined>;
