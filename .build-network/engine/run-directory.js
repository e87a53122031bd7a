import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, SeaworthyError } from '../core/errors.js';
/**
 * Makes the folder of a run. Without `output` it is `seaworthy-runs/<run id>` below the working directory, with a link
 * `latest` beside it. Throws SW_OUTPUT_UNWRITABLE, or SW_OUTPUT_NOT_EMPTY for a folder with files that are not of a run.
 */
export function makeRunDirectory(runId, output) {
    const directory = output === undefined ? resolve('seaworthy-runs', runId) : resolve(output);
    try {
        mkdirSync(directory, { recursive: true });
        accessSync(directory, constants.W_OK);
        writeFileSync(join(directory, '.writable'), '');
        rmSync(join(directory, '.writable'));
    }
    catch (thrown) {
        throw new SeaworthyError('SW_OUTPUT_UNWRITABLE', `while making the run directory ${directory}: ${messageOf(thrown)}`, {
            cause: thrown,
            hint: 'Name a folder that can be written with --output.',
        });
    }
    if (output !== undefined)
        clearEarlierRun(directory);
    else
        linkLatest(directory);
    return directory;
}
const filesOfARun = new Set(['run.json', 'run-input.json', 'index.html', 'junit.xml', 'scenarios']);
/** A named folder may hold an earlier run, which is replaced; anything else in it is not ours to touch. */
function clearEarlierRun(directory) {
    const present = readdirSync(directory);
    const foreign = present.filter((name) => !filesOfARun.has(name));
    if (present.length > foreign.length && !existsSync(join(directory, 'run-input.json')) && !existsSync(join(directory, 'run.json'))) {
        throw new SeaworthyError('SW_OUTPUT_NOT_EMPTY', `while making the run directory ${directory}: found ${present[0]}, expected an empty folder or an earlier run`, {
            hint: 'Name an empty folder with --output.',
        });
    }
    for (const name of present)
        if (filesOfARun.has(name))
            rmSync(join(directory, name), { recursive: true, force: true });
}
function linkLatest(directory) {
    const link = join(dirname(directory), 'latest');
    const fresh = `${link}.${process.pid}`;
    try {
        symlinkSync(basename(directory), fresh);
        renameSync(fresh, link);
    }
    catch {
        rmSync(fresh, { force: true }); // a convenience only; some file systems have no links
    }
}
export function writeRunInput(directory, input) {
    writeFileSync(join(directory, 'run-input.json'), `${JSON.stringify(input, null, 2)}\n`);
}
/** Throws SW_RUN_UNREADABLE with the path when there is no such run or its input is damaged. */
export function readRunInput(directory) {
    const input = readJson(join(resolve(directory), 'run-input.json'));
    if (input.schema !== 'seaworthy-run-input/v1')
        throw unreadable(join(directory, 'run-input.json'), `found schema ${JSON.stringify(input.schema)}, expected seaworthy-run-input/v1`);
    return input;
}
export function readRunReport(directory) {
    const report = readJson(join(resolve(directory), 'run.json'));
    if (report.schema !== 'seaworthy-run/v1')
        throw unreadable(join(directory, 'run.json'), `found schema ${JSON.stringify(report.schema)}, expected seaworthy-run/v1`);
    return report;
}
function readJson(path) {
    try {
        const value = JSON.parse(readFileSync(path, 'utf8'));
        if (typeof value === 'object' && value !== null)
            return value;
    }
    catch (thrown) {
        throw unreadable(path, messageOf(thrown), thrown);
    }
    throw unreadable(path, 'found no JSON object');
}
const unreadable = (path, found, cause) => new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: ${found} (${path})`, {
    hint: 'Name the folder of a run, such as seaworthy-runs/latest.',
    ...(cause === undefined ? {} : { cause }),
});
