/** `seaworthy explain`: the whole card of one requirement. */
export declare function explain({ id }: {
    readonly id: string;
}): Promise<number>;
