function buckets({ seconds, ratePerSecond, disturb }) {
    const bucketMs = 500;
    return Array.from({ length: (seconds * 1_000) / bucketMs }, (_, index) => {
        const atMs = index * bucketMs;
        const { refused = 0, lost = 0, latencyMs = 0 } = disturb(atMs);
        const planned = Math.round((ratePerSecond * bucketMs) / 1_000) + (index % 3) - 1;
        const wave = 14 + 6 * Math.sin(index / 4) + ((index * 7) % 5);
        const latencyMsMax = Math.round((wave + latencyMs) * 10) / 10;
        return { atMs, ok: Math.max(0, planned - refused - lost), refused, lost, latencyMsMax };
    });
}
const between = (atMs, fromMs, toMs) => atMs >= fromMs && atMs < toMs;
const draining = {
    bucketMs: 500,
    buckets: buckets({
        seconds: 74,
        ratePerSecond: 100,
        disturb: (atMs) => {
            if (atMs === 14_000)
                return { lost: 1, latencyMs: 160 };
            if (atMs === 32_500)
                return { lost: 2, latencyMs: 240 };
            if (between(atMs, 50_500, 53_000))
                return { refused: 9, latencyMs: 40 };
            return {};
        },
    }),
    interventions: [
        { name: 'drain', target: 'replica-1', label: 'drain-1', fromMs: 13_200, toMs: 18_400, witnessed: 'readiness answered 503 after 180 ms', error: null },
        { name: 'stop', target: 'replica-1', label: null, fromMs: 19_100, toMs: 20_300, witnessed: 'exited with code 0', error: null },
        { name: 'start', target: 'replica-1', label: null, fromMs: 21_000, toMs: 24_800, witnessed: 'process 5120 started', error: null },
        { name: 'drain', target: 'replica-2', label: 'drain-2', fromMs: 31_600, toMs: 37_000, witnessed: 'readiness answered 503 after 210 ms', error: null },
        { name: 'drain', target: 'replica-3', label: 'drain-3', fromMs: 50_100, toMs: 55_800, witnessed: 'readiness answered 503 after 190 ms', error: null },
        { name: 'kill', target: 'replica-3', label: 'kill-control', fromMs: 64_000, toMs: 66_400, witnessed: 'old process 5087 gone, connections refused', error: null },
    ],
    phases: [
        { name: 'baseline', atMs: 0 },
        { name: 'draining replica-1', atMs: 13_000 },
        { name: 'draining replica-2', atMs: 31_400 },
        { name: 'draining replica-3', atMs: 50_000 },
        { name: 'positive control: killing instead', atMs: 63_800 },
    ],
};
const replicas = {
    bucketMs: 500,
    buckets: buckets({
        seconds: 96,
        ratePerSecond: 60,
        disturb: (atMs) => {
            if (between(atMs, 12_000, 15_500))
                return { lost: 9, latencyMs: 900 };
            if (between(atMs, 46_000, 49_000))
                return { lost: 8, latencyMs: 1_950 };
            if (between(atMs, 49_000, 66_000))
                return { lost: 3, latencyMs: 1_900 };
            return {};
        },
    }),
    interventions: [
        { name: 'kill', target: 'replica-1', label: 'hold', fromMs: 12_000, toMs: 32_000, witnessed: 'old process gone, connections refused', error: null },
        { name: 'freeze', target: 'replica-2', label: null, fromMs: 46_000, toMs: 66_000, witnessed: 'TCP connects, no HTTP answer', error: null },
        { name: 'isolate', target: 'replica-3', label: null, fromMs: 78_000, toMs: 90_000, witnessed: null, error: null },
    ],
    phases: [
        { name: 'baseline', atMs: 0 },
        { name: 'losing replica-1', atMs: 11_500 },
        { name: 'freezing replica-2', atMs: 45_500 },
        { name: 'isolating replica-3', atMs: 77_500 },
    ],
};
const reboot = {
    bucketMs: 500,
    buckets: buckets({
        seconds: 60,
        ratePerSecond: 30,
        disturb: (atMs) => (between(atMs, 15_000, 21_500) || between(atMs, 38_000, 45_500) ? { lost: 15 } : {}),
    }),
    interventions: [
        { name: 'reboot', target: 'machine', label: 'orderly', fromMs: 14_800, toMs: 21_600, witnessed: 'boot id changed', error: null },
        { name: 'reboot', target: 'machine', label: 'power-loss', fromMs: 37_900, toMs: 45_700, witnessed: 'boot id changed', error: null },
        { name: 'fault-dependency', target: 'orders-database', label: null, fromMs: 52_000, toMs: 52_000, witnessed: null, error: 'the proxy refused: port 40127 is in use' },
    ],
    phases: [
        { name: 'baseline', atMs: 0 },
        { name: 'orderly reboot', atMs: 14_500 },
        { name: 'power loss', atMs: 37_500 },
    ],
};
const sumOf = (timeline, count) => timeline.buckets.reduce((sum, bucket) => sum + count(bucket), 0);
function scenario(id, title, timeline) {
    return {
        id,
        title,
        history: `scenarios/${id}/history.ndjson`,
        logs: [`scenarios/${id}/logs/replica-1.log`, `scenarios/${id}/logs/replica-2.log`],
        durationMs: timeline.buckets.length * timeline.bucketMs + 6_340,
        requests: sumOf(timeline, ({ ok, refused, lost }) => ok + refused + lost),
        lost: sumOf(timeline, ({ lost }) => lost),
        incomplete: null,
        timeline,
    };
}
export const exampleScenarios = [
    scenario('queue-draining/one-replica-drains', 'Draining one replica is invisible to clients', draining),
    scenario('redundancy/any-replica-can-be-lost', 'Any one replica can be lost', replicas),
    {
        ...scenario('startup-and-shutdown/machine-reboots', 'The service comes back when the machine boots', reboot),
        incomplete: 'the dependency fault could not be made: port 40127 is in use',
    },
    {
        ...scenario('monitoring/health-answers', 'Health answers mean what they say', { bucketMs: 500, buckets: [], interventions: [], phases: [] }),
        history: null,
        logs: [],
    },
];
