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
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exitCodes, SeaworthyError } from '../../core/errors.js';
import { nearMisses } from '../../core/near-miss.js';
import { matchesGlob } from '../../core/selection.js';
import { drivers } from '../../drivers/index.js';
import { loadDescriptor } from '../../engine/load-descriptor.js';
import { makeRunDirectory } from '../../engine/run-directory.js';
import { suites } from '../../suites/index.js';
import { conductRun } from '../conduct-run.js';
import { watchInterruption } from '../interruption.js';
import { referenceDescriptor } from '../package-files.js';
import { newRunId } from '../run-id.js';
import { requireCount } from './run.js';
/** `seaworthy selftest`: each seeded defect must make its own requirement fail and leave its neighbours alone. */
export async function selftest(args) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const defects = selectDefects(args.only);
        const parallel = requireCount('--parallel', args.parallel, 1, 16);
        const randomSeed = args.randomSeed ?? Math.floor(Math.random() * 1_000_000);
        const directory = resolve(args.output ?? join('seaworthy-runs', `selftest-${newRunId()}`));
        mkdirSync(directory, { recursive: true });
        const say = (text) => void process.stdout.write(`${text}\n`);
        say(`selftest of ${defects.length} defects of the reference service, seed ${randomSeed}, in ${directory}`);
        const interruption = __addDisposableResource(env_1, watchInterruption(say), false);
        const results = [];
        for (const one of defects) {
            if (interruption.signal.aborted)
                break;
            const startedAt = performance.now();
            const result = await runDefect(one, { directory, parallel, randomSeed, interruption, say });
            results.push(result);
            say(`${result.detected && result.unexpected.length === 0 ? 'ok  ' : 'BAD '} ${line(result)}  ${Math.round((performance.now() - startedAt) / 1_000)} s`);
            writeFileSync(join(directory, 'selftest.json'), `${JSON.stringify({ schema: 'seaworthy-selftest/v1', randomSeed, defects: results }, null, 2)}\n`);
        }
        const bad = results.filter((one) => !one.detected || one.unexpected.length > 0);
        say(`${results.length - bad.length} of ${defects.length} defects were detected by their own check with nothing unexpected`);
        if (bad.length > 0)
            say(`not: ${bad.map((one) => one.id).join(', ')}`);
        return interruption.exitCode() ?? (bad.length > 0 ? exitCodes.requirementFailed : exitCodes.ok);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        __disposeResources(env_1);
    }
}
const line = (one) => `${one.id.padEnd(30)} ${one.requirement} ${one.detected ? 'detected' : `NOT DETECTED (${one.outcomes[one.requirement] ?? 'not run'})`}` +
    (one.unexpected.length === 0 ? '' : `, unexpected: ${one.unexpected.join(', ')}`);
function selectDefects(selectors) {
    const all = suites.flatMap((suite) => suite.requirements).flatMap((requirement) => requirement.defects.map((defect) => ({ defect, requirement })));
    if (selectors === undefined || selectors.length === 0)
        return all;
    const matches = (selector, { defect, requirement }) => [defect.id, requirement.id, requirement.area].some((name) => matchesGlob(selector, name));
    for (const selector of selectors) {
        if (all.some((one) => matches(selector, one)))
            continue;
        const near = nearMisses(selector, all.flatMap(({ defect, requirement }) => [defect.id, requirement.id, requirement.area]));
        throw new SeaworthyError('SW_SELECTION_EMPTY', `while selecting defects: ${JSON.stringify(selector)} matches none${near.length === 0 ? '' : `, did you mean ${near.join(' or ')}?`}`, { hint: 'seaworthy list shows all defects.' });
    }
    return all.filter((one) => selectors.some((selector) => matches(selector, one)));
}
/** Its own requirement and those that must stay quiet: more would only cost time. */
async function runDefect({ defect, requirement }, context) {
    const built = new Set(suites.flatMap((suite) => suite.requirements).map((one) => one.id));
    const only = new Set([requirement.id, ...requirement.mustNotFire].filter((id) => built.has(id)));
    const driver = drivers.find((one) => one.name === 'process');
    if (driver === undefined)
        throw new Error('there is no process driver');
    const descriptorPath = referenceDescriptor();
    const warnings = { onEvent: (event) => event.type === 'warning' && context.say(`     ${event.message}`), close: () => { } };
    const runId = newRunId();
    const report = await conductRun({
        service: loadDescriptor(descriptorPath),
        descriptorPath,
        driver,
        suites,
        profile: 'quick',
        allow: 'destructive',
        only,
        requiredLevel: null,
        parallel: context.parallel,
        randomSeed: context.randomSeed,
        runId,
        runDirectory: makeRunDirectory(runId, join(context.directory, defect.id)),
        environment: { SEAWORTHY_DEFECT: defect.id },
        reproduceWith: `--defect ${defect.id}`,
        interruption: context.interruption,
        live: warnings,
        reporters: [],
    });
    const judged = report.requirements.filter((one) => only.has(one.id));
    const failed = judged.filter((one) => one.outcome === 'failed' || one.outcome === 'missing').map((one) => one.id);
    const allowed = new Set([requirement.id, ...requirement.mayFire]);
    return {
        id: defect.id,
        requirement: requirement.id,
        detected: judged.some((one) => one.id === requirement.id && one.outcome === 'failed'),
        failed,
        unexpected: failed.filter((id) => !allowed.has(id)),
        outcomes: Object.fromEntries(judged.map((one) => [one.id, one.outcome])),
        run: defect.id,
    };
}
