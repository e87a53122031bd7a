export const stopSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

/** A stop signal as an image or a service names it, 'TERM' or 'SIGTERM'; undefined for one that no service is stopped by. */
export function stopSignalOf(name: string | undefined): NodeJS.Signals | undefined {
  if (name === undefined || name === '') return 'SIGTERM'
  const full = name.startsWith('SIG') ? name : `SIG${name}`
  return stopSignals.find((one) => one === full)
}
