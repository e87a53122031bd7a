/** `seaworthy up`: the reference service as the suites see it, for looking around. Ends everything on Ctrl-C. */
export declare function up({ defect }: {
    readonly defect?: string | undefined;
}): Promise<number>;
