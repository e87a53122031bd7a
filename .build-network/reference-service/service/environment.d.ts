export interface Address {
    readonly host: string;
    readonly port: number;
}
/** What a replica is told by its environment. */
export interface Environment {
    readonly listen: Address;
    /** Name of this replica. */
    readonly instance: string;
    /** Its number from 0. */
    readonly index: number;
    readonly configurationPath: string;
    readonly primary: Address;
    readonly replica: Address;
    /** The machine's folder that a reboot wipes. */
    readonly runDirectory: string;
    /** The machine's folder that survives a reboot. */
    readonly machineDirectory: string;
}
/** Ends the process with exit code 78 when a variable is missing. */
export declare function readEnvironment(variables: NodeJS.ProcessEnv): Environment;
