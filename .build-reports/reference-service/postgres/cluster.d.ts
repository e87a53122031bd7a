import type { Installation } from './native-files.js';
import type { RunAs } from './run-as.js';
export interface ClusterOptions {
    readonly role: 'primary' | 'replica';
    readonly host: string;
    readonly port: number;
    /** The component's folder; the cluster is the folder `cluster` in it. */
    readonly directory: string;
    readonly runAs: RunAs;
    readonly installation: Installation;
    /** Where the replica finds the primary. */
    readonly primary?: {
        readonly host: string;
        readonly port: number;
    };
}
export declare const clusterDirectory: (directory: string) => string;
/**
 * Creates the cluster if it is not there. It is made under another name and renamed when complete, so that a kill at
 * any moment leaves either no cluster or a whole one.
 */
export declare function createCluster(options: ClusterOptions): Promise<void>;
/** Writes the configuration files anew: addresses may differ from the last start. */
export declare function configureCluster(options: ClusterOptions): void;
