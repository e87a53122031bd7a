/** A service that runs already, and what can be done to it from here. */
export interface RunningService {
  /** Without a path. */
  readonly url: URL
  readonly restart: 'always' | 'on-failure' | 'never'
  readonly startAtBoot: boolean
  /** Where the restart policy is from; undefined: it is a guess. */
  readonly seenIn?: string
  /** Shell commands by name, as in target.hooks. */
  readonly hooks: Readonly<Record<string, string>>
  /** `unknownSignal`: the one that its platform sends, where a descriptor cannot name it. */
  readonly stop?: { readonly signal: string; readonly graceMs: number; readonly unknownSignal?: string }
}

export const bareUrl = (url: URL): RunningService => ({ url: new URL(url.origin), restart: 'never', startAtBoot: false, hooks: {} })

/** Lines of `target` in a descriptor. */
export function runningLines({ url, restart, startAtBoot, seenIn, hooks }: RunningService): string[] {
  const guess = seenIn === undefined ? 'a guess: what its platform does when the process ends (always, on-failure, never)' : `as ${seenIn} says`
  const entries = Object.entries(hooks)
  return [
    'target:',
    '  kind: remote',
    '  # It runs already, and traffic goes to this address only. A list with one URL for each replica lets the loss of one be judged.',
    `  url: ${JSON.stringify(url.origin)}`,
    `  restart: ${restart}  # ${guess}`,
    `  startAtBoot: ${startAtBoot}  # ${seenIn === undefined ? 'a guess: whether its platform starts it when the machine boots' : guess}`,
    ...(entries.length === 0
      ? [
          '  # Nothing is done to it but requests. With shell commands it can be stopped, killed and frozen, when a run is given --allow disruptive:',
          '  # hooks: { start: "ssh {host} systemctl start shop", stop: "ssh {host} systemctl stop shop", kill: "ssh {host} systemctl kill -s KILL shop" }',
        ]
      : ['  # Run only with --allow disruptive, and believed only when the service shows what they did.', '  hooks:', ...entries.map(([name, command]) => `    ${name}: ${JSON.stringify(command)}`)]),
  ]
}
