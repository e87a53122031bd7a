/**
 * Teardowns, last in first out, each with its own time budget. A teardown is pushed before the set-up it belongs to,
 * so it must cope with a set-up that never happened. Running never throws: what failed is returned.
 */
export declare class CleanupStack {
    private readonly teardowns;
    /** Returns a function that takes the teardown off again, for what has been undone in the regular way. */
    push(what: string, run: () => void | Promise<void>, budgetMs?: number): () => void;
    /** Runs everything and empties the stack. Returns one sentence for each teardown that failed or ran out of time. */
    run(): Promise<readonly string[]>;
}
