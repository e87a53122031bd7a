import type { Load } from '../../core/scenario.js';
import type { TrafficContext } from './context.js';
import type { CompiledOperation } from './expectation.js';
import type { RecordingClient } from './recording-client.js';
export interface LoadOptions {
    readonly name: string;
    readonly client: RecordingClient;
    readonly ratePerSecond: number;
    readonly durationMaxMs: number;
    readonly countMax?: number;
    readonly operationOf: (index: number) => CompiledOperation;
    readonly timeoutMs?: number;
}
/** An open loop: sends at the planned instants whatever comes back. Closes its client when all has ended. */
export declare function startLoad(context: TrafficContext, options: LoadOptions): Load;
