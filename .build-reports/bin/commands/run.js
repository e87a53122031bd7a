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
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { SeaworthyError } from '../../core/errors.js';
import { nearMisses } from '../../core/near-miss.js';
import { selectRequirements } from '../../core/selection.js';
import { requireWaiversInForce } from '../../core/waivers.js';
import { drivers } from '../../drivers/index.js';
import { loadDescriptor } from '../../engine/load-descriptor.js';
import { makeRunDirectory } from '../../engine/run-directory.js';
import { suites } from '../../suites/index.js';
import { conductRun } from '../conduct-run.js';
import { watchInterruption } from '../interruption.js';
import { liveReporter, selectReporters } from '../live-reporter.js';
import { referenceDescriptor } from '../package-files.js';
import { newRunId } from '../run-id.js';
/** `seaworthy run`: everything that can be wrong with the arguments is found before anything is started. */
export async function run(args) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const descriptorPath = chooseDescriptor(args.descriptor);
        const isReference = descriptorPath === referenceDescriptor();
        requireKnownDefect(args.defect, isReference);
        const service = loadDescriptor(descriptorPath);
        requireWaiversInForce(service, suites, new Date());
        const only = selectRequirements(args.only, suites);
        const driver = await chooseDriver(args.driver, service);
        const parallel = requireCount('--parallel', args.parallel, 1, 16);
        const randomSeed = requireCount('--random-seed', args.randomSeed ?? Math.floor(Math.random() * 1_000_000), 0, Number.MAX_SAFE_INTEGER);
        const reporters = selectReporters(args.reporter);
        const runId = newRunId();
        const runDirectory = makeRunDirectory(runId, args.output);
        const live = liveReporter(args.reporter);
        const interruption = __addDisposableResource(env_1, watchInterruption((message) => live.onEvent({ type: 'warning', message })), false);
        const report = await conductRun({
            service,
            descriptorPath,
            driver,
            suites,
            profile: args.profile,
            allow: isReference ? 'destructive' : (args.allow ?? 'safe'),
            only,
            requiredLevel: args.requiredLevel ?? null,
            parallel,
            randomSeed,
            runId,
            runDirectory,
            environment: args.defect === undefined ? {} : { SEAWORTHY_DEFECT: args.defect },
            reproduceWith: reproduceWith(args, isReference),
            interruption,
            live,
            reporters,
        });
        live.close();
        return interruption.exitCode() ?? report.exitCode;
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
function chooseDescriptor(named) {
    if (named !== undefined)
        return resolve(named);
    return existsSync('seaworthy.yaml') ? resolve('seaworthy.yaml') : referenceDescriptor();
}
function requireKnownDefect(defect, isReference) {
    if (defect === undefined)
        return;
    const known = suites.flatMap((suite) => suite.requirements).flatMap((one) => one.defects.map(({ id }) => id));
    if (!isReference) {
        throw new SeaworthyError('SW_DEFECT_NEEDS_REFERENCE', `--defect ${defect}: found a descriptor of another service, expected the bundled reference service`, {
            hint: 'Defects are seeded in the reference service only: run without a descriptor.',
        });
    }
    if (known.includes(defect))
        return;
    const near = nearMisses(defect, known);
    throw new SeaworthyError('SW_DEFECT_UNKNOWN', `--defect ${defect}: no such defect${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all defects.' });
}
async function chooseDriver(named, service) {
    if (named !== undefined && !drivers.some((one) => one.name === named)) {
        throw new SeaworthyError('SW_DRIVER_UNKNOWN', `--driver ${named}: no such driver, expected one of ${drivers.map((one) => one.name).join(', ')}`);
    }
    const reasons = [];
    for (const driver of drivers.filter((one) => named === undefined || one.name === named)) {
        const answer = await driver.availability(service);
        if (answer.available)
            return driver;
        reasons.push(`${driver.name}: ${answer.reason}`);
    }
    throw new SeaworthyError('SW_DRIVER_UNAVAILABLE', `while choosing a driver: none can run this service here\n  ${reasons.join('\n  ')}`);
}
export function requireCount(option, value, min, max) {
    if (Number.isInteger(value) && value >= min && value <= max)
        return value;
    throw new SeaworthyError('SW_USAGE', `${option}: found ${value}, expected a whole number from ${min} to ${max}`);
}
function reproduceWith(args, isReference) {
    const words = [
        ...(isReference ? [] : [relative(process.cwd(), chooseDescriptor(args.descriptor))]),
        ...(args.driver === undefined ? [] : ['--driver', args.driver]),
        ...(args.allow === undefined ? [] : ['--allow', args.allow]),
        ...(args.defect === undefined ? [] : ['--defect', args.defect]),
    ];
    return words.map((word) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
