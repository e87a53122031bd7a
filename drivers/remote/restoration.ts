import type { DeployOptions } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { untilReachable } from './address.js'
import type { Hooks, RemoteInstance } from './hooks.js'
import { userEnvironment } from './shell.js'
import type { UndoOrder } from './undo-hooks.js'

/** What takes a fault back. `start` is run only where nothing listens: a supervisor may have been quicker. */
export type Undo = 'thaw' | 'release' | 'start'

/**
 * What has to be put back on each replica. Every fault is written down here before it is made: in the journal as an order for a program that
 * can be carried out without us.
 */
export class Restoration {
  readonly #open = new Map<string, { readonly instance: RemoteInstance; readonly undo: Undo; readonly entry: number }>()
  constructor(private readonly hooks: Hooks, private readonly options: Pick<DeployOptions, 'journal'>, private readonly startTimeoutMs: number) {}

  /** Returns when the undo is on disk. */
  writeDown(instance: RemoteInstance, undo: Undo): void {
    const key = `${instance.id} ${undo}`
    if (this.#open.has(key)) return
    const order: UndoOrder = {
      always: undo === 'start' ? [] : [this.hooks.commandOf(undo, instance)],
      start: this.hooks.has('start') ? this.hooks.commandOf('start', instance) : undefined,
      address: instance.address,
      directory: this.hooks.directory,
      environment: userEnvironment(),
    }
    const entry = this.options.journal.record({ kind: 'program', path: ownProgram(import.meta.url, 'undo-hooks'), parameters: [JSON.stringify(order)], what: `${instance.id}, which the ${undo} hook did not bring back` })
    this.#open.set(key, { instance, undo, entry })
  }

  /** It was seen that nothing is left of it. */
  isDone(instance: RemoteInstance, undo: Undo): void {
    const key = `${instance.id} ${undo}`
    const open = this.#open.get(key)
    if (open === undefined) return
    this.#open.delete(key)
    this.options.journal.done(open.entry)
  }

  /** Puts back what is still open. Throws SW_NOT_ENDED with what could not be; its order stays in the journal while the run lasts. */
  async everything(): Promise<void> {
    const problems: string[] = []
    const order: readonly Undo[] = ['thaw', 'release', 'start']
    for (const { instance, undo } of [...this.#open.values()].sort((a, b) => order.indexOf(a.undo) - order.indexOf(b.undo))) {
      try {
        await this.#putBack(instance, undo)
        this.isDone(instance, undo)
      } catch (thrown) {
        problems.push(`${instance.id} is not as it was found (${messageOf(thrown)})`)
      }
    }
    if (problems.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while putting back what was done to the remote service: ${problems.join('; ')}`, { exitCode: exitCodes.internal })
  }

  async #putBack(instance: RemoteInstance, undo: Undo): Promise<void> {
    if (undo !== 'start') await this.hooks.run(undo, instance, { whateverHappens: true })
    if (await untilReachable(instance.address, 'accepts', { timeoutMs: settleMs })) return
    if (this.hooks.has('start')) await this.hooks.run('start', instance, { whateverHappens: true })
    if (await untilReachable(instance.address, 'accepts', { timeoutMs: this.startTimeoutMs })) return
    throw new Error(`nothing listens on ${instance.address.host}:${instance.address.port}`)
  }
}

/** A supervisor that is just starting it again is left to it. */
const settleMs = 1_000
