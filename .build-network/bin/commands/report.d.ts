export interface ReportArguments {
    readonly run: string;
    readonly reporter: readonly string[];
    readonly output?: string | undefined;
}
/** `seaworthy report`: any format from a saved run.json, without judging anything again. */
export declare function report(args: ReportArguments): Promise<number>;
