import { InterventionFailed, messageOf } from '../core/errors.js';
/** Numbers and records interventions of one scenario, and lets it wait for witnesses that are still being watched. */
export class Interventions {
    world;
    last = 0;
    watched = new Set();
    constructor(world) {
        this.world = world;
    }
    /** Issues, records and witnesses. Throws InterventionFailed when it could not be made. */
    make(plan) {
        return this.makeAs(++this.last, plan);
    }
    async makeAs(id, plan) {
        this.note(id, plan, { phase: 'issued', ...(plan.detail === undefined ? {} : { detail: plan.detail }) });
        let result;
        try {
            result = await plan.apply();
        }
        catch (thrown) {
            this.note(id, plan, { phase: 'failed', error: messageOf(thrown) });
            throw new InterventionFailed(plan.name, plan.target, messageOf(thrown), thrown);
        }
        const detail = plan.describe?.(result);
        this.note(id, plan, { phase: 'acknowledged', ...(detail === undefined ? {} : { detail }) });
        const watching = this.watch(id, plan, result);
        if (!plan.background)
            await watching;
        return result;
    }
    /** As `make`, with an undo that is on disk before the fault is applied and runs at the latest when the scenario ends. */
    async makeUndoable(plan, undo) {
        const entry = this.world.journal.record({ kind: 'undo', fault: plan.name, target: plan.target });
        const id = ++this.last;
        let done;
        const once = () => (done ??= this.undo(id, plan, undo).then(() => this.world.journal.done(entry)));
        const taken = this.world.cleanup.push(`undo ${plan.name} of ${plan.target}`, once);
        try {
            await this.makeAs(id, plan);
        }
        catch (thrown) {
            // It may have been applied half way: take back what there is before anything else happens.
            await once().catch(() => { });
            throw thrown;
        }
        return {
            undo: async () => {
                await once();
                taken();
            },
        };
    }
    /** Until every background witness has been seen or given up. */
    async settled() {
        await Promise.all(this.watched);
    }
    async undo(id, plan, undo) {
        try {
            await undo();
            this.note(id, plan, { phase: 'undone' });
        }
        catch (thrown) {
            this.note(id, plan, { phase: 'undo-failed', error: messageOf(thrown) });
            this.world.notRestored(`${plan.name} of ${plan.target} could not be undone: ${messageOf(thrown)}`);
            throw thrown;
        }
    }
    watch(id, plan, result) {
        if (plan.witness === undefined)
            return Promise.resolve();
        const watching = plan.witness(result).then((seen) => {
            if (seen !== undefined)
                this.note(id, plan, { phase: 'witnessed', witness: seen });
        }, (thrown) => this.world.record({ kind: 'observation', probe: 'witness-error', target: plan.target, atMs: this.world.clock(), value: messageOf(thrown) }));
        this.watched.add(watching);
        return watching.finally(() => this.watched.delete(watching));
    }
    note(id, plan, phase) {
        this.world.record({
            kind: 'intervention',
            id,
            name: plan.name,
            target: plan.target,
            ...(plan.label === undefined ? {} : { label: plan.label }),
            atMs: this.world.clock(),
            ...phase,
        });
    }
}
