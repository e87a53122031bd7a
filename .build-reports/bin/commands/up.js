var __addDisposableResource = (this && this.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (this && this.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { exitCodes } from '../../core/errors.js';
import { drivers } from '../../drivers/index.js';
import { loadDescriptor } from '../../engine/load-descriptor.js';
import { watchInterruption } from '../interruption.js';
import { referenceDescriptor } from '../package-files.js';
import { newRunId } from '../run-id.js';
import { openRunScope } from '../run-scope.js';
/** `seaworthy up`: the reference service as the suites see it, for looking around. Ends everything on Ctrl-C. */
export async function up({ defect }) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const say = (text) => void process.stdout.write(`${text}\n`);
        const service = loadDescriptor(referenceDescriptor());
        const [driver] = drivers;
        if (driver === undefined)
            throw new Error('there is no driver');
        const interruption = __addDisposableResource(env_1, watchInterruption(say), false);
        const runId = newRunId();
        const scope = await openRunScope(runId, say);
        const directory = join(scope.workDirectory, 'up');
        try {
            const env_2 = { stack: [], error: void 0, hasError: false };
            try {
                mkdirSync(directory, { mode: 0o755 });
                say(`starting ${service.name} ...`);
                const deployment = __addDisposableResource(env_2, await driver.deploy(service, {
                    runId,
                    directory,
                    journal: scope.journal,
                    signal: interruption.signal,
                    environment: { SEAWORTHY_RUN: runId, ...(defect === undefined ? {} : { SEAWORTHY_DEFECT: defect }) },
                    onPlatformEvent: ({ name, target, detail }) => say(`  ${name} ${target} ${JSON.stringify(detail)}`),
                }), true);
                say(addresses(deployment));
                await new Promise((resolve) => {
                    // The signal watcher alone does not keep the process alive.
                    const awake = setInterval(() => { }, 1_000);
                    const end = () => {
                        clearInterval(awake);
                        resolve();
                    };
                    if (interruption.signal.aborted)
                        end();
                    interruption.signal.addEventListener('abort', end);
                });
            }
            catch (e_1) {
                env_2.error = e_1;
                env_2.hasError = true;
            }
            finally {
                const result_1 = __disposeResources(env_2);
                if (result_1)
                    await result_1;
            }
        }
        finally {
            for (const problem of await scope.close())
                say(`clean-up: ${problem}`);
        }
        say('stopped, nothing is left running');
        return interruption.exitCode() === exitCodes.internal ? exitCodes.internal : exitCodes.ok;
    }
    catch (e_2) {
        env_1.error = e_2;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
function addresses(deployment) {
    const lines = [
        `entry point   ${deployment.entrypoint.href}`,
        ...deployment.instances.map((one) => `${one.id.padEnd(14)}${one.url.href}`),
        ...deployment.components.map((one) => `${one.name.padEnd(14)}${one.host}:${one.port}`),
        'Ctrl-C stops it',
    ];
    return lines.join('\n');
}
