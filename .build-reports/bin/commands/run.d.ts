export interface RunArguments {
    readonly descriptor?: string | undefined;
    readonly driver?: string | undefined;
    readonly only?: readonly string[] | undefined;
    readonly profile: string;
    readonly output?: string | undefined;
    readonly reporter: readonly string[];
    readonly requiredLevel?: number | undefined;
    readonly parallel: number;
    readonly randomSeed?: number | undefined;
    readonly allow?: string | undefined;
    readonly defect?: string | undefined;
}
/** `seaworthy run`: everything that can be wrong with the arguments is found before anything is started. */
export declare function run(args: RunArguments): Promise<number>;
export declare function requireCount(option: string, value: number, min: number, max: number): number;
