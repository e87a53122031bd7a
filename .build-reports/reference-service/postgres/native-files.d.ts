import type { RunAs } from './run-as.js';
/** The PostgreSQL programs and the environment they need. */
export interface Installation {
    readonly initdb: string;
    readonly postgres: string;
    readonly environment: NodeJS.ProcessEnv;
}
/** Folder `native` of the npm package with PostgreSQL for this platform. Throws when it is not installed. */
export declare function locateNativeFiles(): string;
/**
 * Makes the programs runnable for `runAs`. `directory` is the component's own folder. When that user cannot reach
 * node_modules (a checkout below a private home directory) the files are copied into `directory` once.
 */
export declare function prepareInstallation(directory: string, runAs: RunAs): Installation;
