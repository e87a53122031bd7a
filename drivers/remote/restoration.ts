import type { DeployOptions } from '../../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { untilAnswers, untilReachable } from './address.js'
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
  constructor(private readonly hooks: Hooks, private readonly options: Pick<DeployOptions, 'journal' | 'signal'>, private readonly service: Pick<ServiceDescriptor, 'client' | 'health' | 'lifecycle'>) {}

  /** Returns when the undo is on disk. */
  writeDown(instance: RemoteInstance, undo: Undo): void {
    const key = `${instance.id} ${undo}`
    if (this.#open.has(key)) return
    const order: UndoOrder = {
      always: undo === 'start' ? [] : [this.hooks.commandOf(undo, instance)],
      start: this.hooks.has('start') ? this.hooks.commandOf('start', instance) : undefined,
      address: instance.address,
      ...(undo === 'thaw' && this.service.client === undefined ? { answersAt: this.#askedAt(instance).href } : {}),
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

  /** Any answer: of what does not speak HTTP, only that it accepts connections can be seen. */
  async isThawed(instance: RemoteInstance): Promise<boolean> {
    if (this.service.client !== undefined) return untilReachable(instance.address, 'accepts', { timeoutMs: answerWithinMs })
    return untilAnswers(this.#askedAt(instance), answerWithinMs)
  }

  /**
   * Puts back what is still open, on all replicas at once: one that takes its time is no reason to leave another. Throws SW_NOT_ENDED with what
   * could not be; its order stays in the journal.
   */
  async everything(): Promise<void> {
    const byReplica = new Map<string, { readonly instance: RemoteInstance; readonly undo: Undo }[]>()
    for (const one of this.#open.values()) byReplica.set(one.instance.id, [...(byReplica.get(one.instance.id) ?? []), one])
    const problems = (await Promise.all([...byReplica.values()].map((open) => this.#putReplicaBack(open)))).flat()
    if (problems.length > 0) throw new SeaworthyError('SW_NOT_ENDED', `while putting back what was done to the remote service: ${problems.join('; ')}`, { exitCode: exitCodes.internal })
  }

  async #putReplicaBack(open: readonly { readonly instance: RemoteInstance; readonly undo: Undo }[]): Promise<readonly string[]> {
    const problems: string[] = []
    const order: readonly Undo[] = ['thaw', 'release', 'start']
    for (const { instance, undo } of [...open].sort((a, b) => order.indexOf(a.undo) - order.indexOf(b.undo))) {
      try {
        await this.#putBack(instance, undo)
        this.isDone(instance, undo)
      } catch (thrown) {
        problems.push(`${instance.id} is not as it was found (${messageOf(thrown)})`)
      }
    }
    return problems
  }

  async #putBack(instance: RemoteInstance, undo: Undo): Promise<void> {
    if (undo !== 'start') await this.hooks.run(undo, instance, { whateverHappens: true })
    if (!(await this.#isUp(instance, undo)) && this.hooks.has('start')) await this.hooks.run('start', instance, { whateverHappens: true })
    if (!(await untilReachable(instance.address, 'accepts', { timeoutMs: this.service.lifecycle.startTimeoutMs }))) throw new Error(`nothing listens on ${instance.address.host}:${instance.address.port}`)
    if (undo === 'thaw' && !(await this.isThawed(instance))) throw new Error(`it answers nothing on ${instance.address.host}:${instance.address.port}`)
  }

  /** Of a run that was interrupted, what was told to stop may listen still and end after everybody has looked. */
  async #isUp({ address }: RemoteInstance, undo: Undo): Promise<boolean> {
    if (!(await untilReachable(address, 'accepts', { timeoutMs: settleMs }))) return false
    if (undo !== 'start' || !this.options.signal.aborted) return true
    return !(await untilReachable(address, 'refuses', { timeoutMs: Math.min(this.service.lifecycle.stop.graceMs, endsWithinMs) }))
  }

  #askedAt({ url }: RemoteInstance): URL {
    return new URL(this.service.health.readinessPath, url)
  }
}

const answerWithinMs = 10_000
const endsWithinMs = 8_000
/** A supervisor that is just starting it again is left to it. */
const settleMs = 1_000
