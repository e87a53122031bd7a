import { eventsOf, type History, type PlatformEvent } from '../../core/history.js'

export { disturbedHarness, isIdleReset, observationsOf, requestsOf, type Window } from '../../core/reading.js'
export const eventsOfPlatform = (history: History, name: string): PlatformEvent[] => [...eventsOf(history, 'platform')].filter((event) => event.name === name)
