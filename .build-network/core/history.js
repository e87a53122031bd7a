/** A history from literal events, for tests and small runs. */
export function historyOf(events) {
    return { events: () => events };
}
/** Every event of one kind, in recorded order. */
export function* eventsOf(history, kind) {
    for (const event of history.events()) {
        if (event.kind === kind)
            yield event;
    }
}
