import { messageOf } from '../core/errors.js';
/**
 * Teardowns, last in first out, each with its own time budget. A teardown is pushed before the set-up it belongs to,
 * so it must cope with a set-up that never happened. Running never throws: what failed is returned.
 */
export class CleanupStack {
    teardowns = [];
    /** Returns a function that takes the teardown off again, for what has been undone in the regular way. */
    push(what, run, budgetMs = 15_000) {
        const teardown = { what, run, budgetMs };
        this.teardowns.push(teardown);
        return () => {
            const at = this.teardowns.indexOf(teardown);
            if (at >= 0)
                this.teardowns.splice(at, 1);
        };
    }
    /** Runs everything and empties the stack. Returns one sentence for each teardown that failed or ran out of time. */
    async run() {
        const problems = [];
        for (let next = this.teardowns.pop(); next !== undefined; next = this.teardowns.pop()) {
            try {
                await withinBudget(next);
            }
            catch (thrown) {
                problems.push(`${next.what}: ${messageOf(thrown)}`);
            }
        }
        return problems;
    }
}
async function withinBudget({ run, budgetMs }) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not finished after ${budgetMs} ms`)), budgetMs);
    });
    try {
        await Promise.race([Promise.resolve().then(run), late]);
    }
    finally {
        clearTimeout(timer);
    }
}
