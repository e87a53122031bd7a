/** `seaworthy clean`: ends whatever interrupted runs left behind. Runs that still go on are left alone without --force. */
export declare function clean({ force }: {
    readonly force: boolean;
}): Promise<number>;
