/** Which replica answers, and which start of it: sent with every answer. */
export interface Identity {
    readonly instance: string;
    /** Random for each start of the process. */
    readonly boot: string;
}
export declare const newIdentity: (instance: string) => Identity;
/** Version of the program: the public one and the exact release. */
export declare const version = "1";
export declare const releaseId = "1.0.0";
