import { exitCodes } from '../core/errors.js';
/** npm passes a Ctrl-C on that the terminal has already sent to us: the echo within this time is not a second one. */
const echoMs = 1_000;
/**
 * The first SIGINT, SIGTERM or SIGHUP, or an exception nobody caught, aborts: work stops, cleans up and reports. A second one
 * ends the process at once, and the reaper cleans up. `onNotice` tells the user which.
 */
export function watchInterruption(onNotice) {
    const controller = new AbortController();
    let code;
    let crashed;
    let abortedAt = 0;
    const stop = (exitCode, message) => {
        const now = performance.now();
        if (code !== undefined) {
            if (now - abortedAt > echoMs)
                process.exit(code);
            return;
        }
        code = exitCode;
        abortedAt = now;
        onNotice(message);
        controller.abort();
    };
    const onInterrupt = () => stop(exitCodes.interrupted, 'interrupted: stopping and cleaning up (again to end at once)');
    const onTerminate = () => stop(exitCodes.terminated, 'terminated: stopping and cleaning up');
    const onException = (thrown) => {
        crashed ??= thrown instanceof Error ? thrown : new Error(String(thrown));
        stop(exitCodes.internal, `internal fault: ${crashed.message}; stopping and cleaning up`);
    };
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    process.on('SIGHUP', onTerminate);
    process.on('uncaughtException', onException);
    process.on('unhandledRejection', onException);
    return {
        signal: controller.signal,
        exitCode: () => code,
        crash: () => crashed,
        [Symbol.dispose]: () => {
            process.off('SIGINT', onInterrupt);
            process.off('SIGTERM', onTerminate);
            process.off('SIGHUP', onTerminate);
            process.off('uncaughtException', onException);
            process.off('unhandledRejection', onException);
        },
    };
}
