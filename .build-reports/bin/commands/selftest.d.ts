export interface SelftestArguments {
    readonly only?: readonly string[] | undefined;
    readonly output?: string | undefined;
    readonly parallel: number;
    readonly randomSeed?: number | undefined;
}
/** `seaworthy selftest`: each seeded defect must make its own requirement fail and leave its neighbours alone. */
export declare function selftest(args: SelftestArguments): Promise<number>;
