import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeaworthyError, exitCodes } from '../core/errors.js';
/**
 * File of a program of ours that is run as a process of its own, such as `machine`, beside the module that asks.
 * Compiled code lies in `dist`; a module that runs from source (in tests) is given the compiled program, as Node
 * cannot run the source. Throws SeaworthyError when it was not built.
 */
export function ownProgram(moduleUrl, name) {
    const module = fileURLToPath(moduleUrl);
    const beside = join(dirname(module), `${name}.js`);
    const file = module.endsWith('.ts') ? join(root, 'dist', relative(root, beside)) : beside;
    if (existsSync(file))
        return file;
    throw new SeaworthyError('SW_NOT_BUILT', `while looking for the program ${name}: found no file ${file}`, {
        hint: 'build the project first: npm run build',
        exitCode: exitCodes.internal,
    });
}
/** Of the checkout when this runs from source. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
