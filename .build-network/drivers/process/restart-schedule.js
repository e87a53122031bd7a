/** Ends that a service manager takes for wanted under `on-failure` (systemd.service(5), SuccessExitStatus=). */
const cleanSignals = new Set(['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE']);
export function wantsRestart(policy, exit) {
    if (policy !== 'on-failure')
        return policy === 'always';
    return exit.code !== 0 && !cleanSignals.has(exit.signal ?? '');
}
const delayMsMin = 100;
const delayMsMax = 2_000;
/** How long to wait before a restart: 100 ms, doubled up to 2 s while it dies within 1 s, reset once it was up for 5 s. */
export class RestartSchedule {
    #delayMs = delayMsMin;
    /** The delay after a process that was up this long. */
    nextDelayMs(uptimeMs) {
        if (uptimeMs >= 5_000)
            this.#delayMs = delayMsMin;
        const delayMs = this.#delayMs;
        if (uptimeMs < 1_000)
            this.#delayMs = Math.min(delayMs * 2, delayMsMax);
        return delayMs;
    }
}
