import { constants } from 'node:os'

export const stopSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

/** A stop signal as an image or a service names it, 'TERM' or 'SIGTERM'; undefined for one that no service is stopped by. */
export function stopSignalOf(name: string | undefined): NodeJS.Signals | undefined {
  if (name === undefined || name === '') return 'SIGTERM'
  const upper = name.toUpperCase() // an engine takes any case
  const full = upper.startsWith('SIG') ? upper : `SIG${upper}`
  return stopSignals.find((one) => one === full)
}

/** Of a container's `Config`, which the types of the engine's client leave out. */
export interface StopConfiguration {
  readonly StopSignal?: string
  readonly StopTimeout?: number | null
}

/** Of the engine, where neither an image nor a container says anything. */
const graceMsDefault = 10_000

/** How an engine stops this container when its machine is shut down: any signal that has a name, such as SIGWINCH of httpd; one without is taken for SIGTERM. */
export function ownStopOf({ StopSignal: named, StopTimeout: graceS }: StopConfiguration): { readonly signal: NodeJS.Signals; readonly graceMs: number } {
  const upper = named?.toUpperCase() ?? ''
  const full = upper === '' ? 'SIGTERM' : /^(SIG|\d)/.test(upper) ? upper : `SIG${upper}`
  const signal = Object.entries(constants.signals).find(([name, number]) => name === full || String(number) === full)?.[0]
  return { signal: (signal ?? 'SIGTERM') as NodeJS.Signals, graceMs: typeof graceS === 'number' && graceS >= 0 ? graceS * 1_000 : graceMsDefault }
}
