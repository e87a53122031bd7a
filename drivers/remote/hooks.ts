import type { DeployOptions } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import type { HookName, RemoteTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import { appendTo } from '../../operating-system/open-log.js'
import { addressOf, type Address } from './address.js'
import { runShell } from './shell.js'

/** One replica: its name, its place in the list and where it is reached. */
export interface RemoteInstance {
  readonly id: string
  readonly index: number
  readonly url: URL
  readonly address: Address
}

export const instancesOf = ({ urls }: RemoteTarget): readonly RemoteInstance[] => urls.map((url, index) => ({ id: `replica-${index}`, index, url, address: addressOf(url) }))

/** The command did not do what it is there for, or nothing shows that it did. */
export const notDone = (doing: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_NOT_DONE', `while ${doing}: found ${found}`, { exitCode: exitCodes.notConclusive })

export interface HookRun {
  readonly values?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly outputFile?: string
  /** An undo is run to its end whatever becomes of the run. */
  readonly whateverHappens?: boolean
}

/** Where hooks run, with which whole environment, and where what they say goes. */
export interface HookPlace {
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
}

/** The declared hooks, ready to be run on a replica. Commands are never printed: they may hold what the environment put in. */
export class Hooks {
  readonly #remote: RemoteTarget
  constructor({ target }: ServiceDescriptor, private readonly place: HookPlace, private readonly options: Pick<DeployOptions, 'journal' | 'signal'>) {
    if (target.remote === undefined) throw new Error('a target that is not remote has no hooks')
    this.#remote = target.remote
  }

  get directory(): string {
    return this.place.directory
  }

  has(name: HookName): boolean {
    return this.#remote.hooks[name] !== undefined
  }

  /** The command for one replica. Throws SW_NOT_DONE when there is none. */
  commandOf(name: HookName, { id, index, url, address }: RemoteInstance, values: Readonly<Record<string, string>> = {}): string {
    const template = this.#remote.hooks[name]
    if (template === undefined) throw notDone(`looking for target.hooks.${name}`, 'that the descriptor does not declare it')
    const all: Readonly<Record<string, string>> = { instance: id, index: String(index), host: address.host, port: String(address.port), url: url.origin === 'null' ? url.href : url.origin, ...values }
    return template.replaceAll(/(?<!\$)\{([a-zA-Z]+)\}/g, (whole, key: string) => all[key] ?? whole)
  }

  /** Throws SW_NOT_DONE for a hook that fails or hangs. That it ended with 0 proves nothing. */
  async run(name: HookName, instance: RemoteInstance, { values = {}, timeoutMs = this.#remote.hookTimeoutMs, outputFile, whateverHappens = false }: HookRun = {}): Promise<void> {
    const { journal, signal } = this.options
    let entry: number | undefined
    appendTo(this.place.logFile, `${new Date().toISOString()} ${name} ${instance.id}\n`)
    const found = await runShell(this.commandOf(name, instance, values), {
      ...this.place,
      timeoutMs,
      ...(outputFile === undefined ? {} : { outputFile }),
      ...(whateverHappens ? {} : { signal }),
      onStarted: (process) => (entry = journal.record({ kind: 'process-group', ...process, what: `the ${name} hook of ${instance.id}` })),
    })
    if (entry !== undefined) journal.done(entry)
    if (found !== undefined) throw notDone(`running the ${name} hook of ${instance.id}`, found)
  }
}
