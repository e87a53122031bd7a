import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed, then renamed over it. A reader, or a
 * run that is killed, never finds half a report.
 */
export async function writeAtomically(path, text) {
    const directory = dirname(path);
    await mkdir(directory, { recursive: true });
    const temporary = join(directory, `.${randomBytes(6).toString('hex')}.tmp`);
    try {
        await writeFile(temporary, text, { encoding: 'utf8', flag: 'wx', flush: true });
        await rename(temporary, path);
    }
    catch (error) {
        await rm(temporary, { force: true });
        throw error;
    }
}
