import { type LoadBalancerSettings } from './load-balancer.js';
/**
 * The same balancer with the same settings in front of echo backends, to show that it loses nothing by itself on a
 * clean drain (validity note VAL-02).
 */
export declare class QualificationRig {
    #private;
    private constructor();
    /** Resolves when the balancer sends to all of its backends. */
    static start(settings: LoadBalancerSettings): Promise<QualificationRig>;
    get entrypoint(): URL;
    /** Readiness fails while serving goes on; closes once the balancer saw that and nothing is in flight any more. */
    drainOneBackend(): Promise<void>;
    close(): Promise<void>;
}
