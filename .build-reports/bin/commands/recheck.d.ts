export interface RecheckArguments {
    readonly run: string;
    readonly threshold?: readonly string[] | undefined;
    readonly output?: string | undefined;
    readonly reporter: readonly string[];
}
/** `seaworthy recheck`: the checks of today on the histories of then. Changes nothing in the saved run. */
export declare function recheck(args: RecheckArguments): Promise<number>;
