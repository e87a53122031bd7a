/** The user that PostgreSQL runs as; empty: the user of this process. */
export interface RunAs {
    readonly uid?: number;
    readonly gid?: number;
}
/** PostgreSQL refuses to run as root: root changes to POSTGRES_UID, by default `nobody`. */
export declare function runAsUser(): RunAs;
export declare function giveTo(runAs: RunAs, path: string): void;
