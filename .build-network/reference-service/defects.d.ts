/**
 * Named defects that can be switched on one at a time with SEAWORTHY_DEFECT. Each breaks one operability
 * requirement on purpose and leaves ordinary steady traffic alone. The faulty code stands where a real service
 * would have the fault and asks `defective('…')`; this file is the only list.
 */
export interface Defect {
    readonly id: string;
    /** The requirement that must fail when only this defect is on. */
    readonly violates: string;
    readonly sentence: string;
}
export declare const defects: readonly [{
    readonly id: "start.no-boot-entry";
    readonly violates: "START-01";
    readonly sentence: "The unit of the replicas is not part of the boot entry: it survives a crash but not a reboot.";
}, {
    readonly id: "start.manual-unlock";
    readonly violates: "START-01";
    readonly sentence: "After a reboot of the machine each replica waits for an unlock call before it serves.";
}, {
    readonly id: "start.no-supervision";
    readonly violates: "START-02";
    readonly sentence: "The replicas are started at boot but nothing restarts one that dies.";
}, {
    readonly id: "start.stale-lock";
    readonly violates: "START-02";
    readonly sentence: "A lock file left by a killed process makes the next start refuse.";
}, {
    readonly id: "start.ready-too-early";
    readonly violates: "START-03";
    readonly sentence: "A restarted replica is ready as soon as it listens, while its warm-up takes 2 s and requests get 500.";
}, {
    readonly id: "start.ignores-sigterm";
    readonly violates: "START-04";
    readonly sentence: "The server runs under a shell wrapper that does not forward the stop signal.";
}, {
    readonly id: "start.acks-before-durable";
    readonly violates: "START-05";
    readonly sentence: "Writes of records are acknowledged from a memory buffer that is flushed every 500 ms.";
}, {
    readonly id: "drain.health-stays-green";
    readonly violates: "DRAIN-01";
    readonly sentence: "A drain waits for work in flight but readiness stays 200.";
}, {
    readonly id: "drain.liveness-fails-too";
    readonly violates: "DRAIN-02";
    readonly sentence: "One shared health handler answers 503 for readiness and liveness while draining.";
}, {
    readonly id: "drain.kills-inflight";
    readonly violates: "DRAIN-03";
    readonly sentence: "A drain fails readiness and destroys the connections with work in flight after 200 ms.";
}, {
    readonly id: "drain.closes-listener-at-once";
    readonly violates: "DRAIN-04";
    readonly sentence: "A drain fails readiness and closes the listening socket in the same tick; work in flight is finished.";
}, {
    readonly id: "drain.accepts-then-drops";
    readonly violates: "DRAIN-05";
    readonly sentence: "A draining replica accepts the connection, reads the request and closes without an answer.";
}, {
    readonly id: "drain.pins-keepalive";
    readonly violates: "DRAIN-06";
    readonly sentence: "Persistent connections are served normally for as long as the client likes while draining.";
}, {
    readonly id: "drain.waits-forever";
    readonly violates: "DRAIN-07";
    readonly sentence: "A drain waits until nothing is in flight, with no deadline.";
}, {
    readonly id: "rdnd.local-state";
    readonly violates: "RDND-01";
    readonly sentence: "Sessions are kept in the memory of the replica that created them.";
}, {
    readonly id: "rdnd.hidden-leader";
    readonly violates: "RDND-02";
    readonly sentence: "Writes only work while replica 0 renews a lease.";
}, {
    readonly id: "rdnd.static-health";
    readonly violates: "RDND-03";
    readonly sentence: "Readiness does not look at the path to the data.";
}, {
    readonly id: "moni.fail-with-200";
    readonly violates: "MONI-02";
    readonly sentence: "When a hard dependency is down the body says fail and the status is 200.";
}];
export type DefectId = (typeof defects)[number]['id'];
/** EX_CONFIG of sysexits.h. */
export declare const exitCodeConfiguration = 78;
export declare class UnknownDefect extends Error {
}
/** The defect switched on in `environment`. Throws UnknownDefect, so that a mistyped name cannot look harmless. */
export declare function activeDefect(environment: NodeJS.ProcessEnv): DefectId | undefined;
/** Whether this defect is switched on in this process. */
export declare const defective: (id: DefectId) => boolean;
/** To be called first by every program: an unknown defect ends it with exit code 78. */
export declare function refuseUnknownDefect(): void;
