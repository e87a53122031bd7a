/** `seaworthy list`: everything that can be selected by name. */
export declare function list({ json }: {
    readonly json: boolean;
}): Promise<number>;
