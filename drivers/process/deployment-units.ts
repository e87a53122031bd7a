import type { DependencyAccess, Edge, UnitChanges } from '../../core/driver.js'
import type { BackendAddress, EdgeTarget } from '../network/network-protocol.js'
import { notDone } from './not-done.js'
import { edgesOf, host, withChanges, type PlannedUnit } from './plan-units.js'

/** No unit may be called like a log file of ours or like the unit file of all replicas. */
const namesOfOurs = ['machine', 'network', 'install', 'signals', 'replicas']
const nameOfAComponent = /^[A-Za-z0-9][A-Za-z0-9_-]*$/
const nameOfAReplica = /^replica-\d+$/

/** The units of a deployment as they are now: what was planned, and what became of it since. Knows; does nothing. */
export class DeploymentUnits {
  #units: readonly PlannedUnit[]
  #edges: readonly Edge[]
  readonly #changes = new Map<string, UnitChanges>()
  readonly #redirections = new Map<string, EdgeTarget>()
  readonly #names: Set<string>
  readonly #leaving = new Set<string>()
  readonly #host: string
  #replicas: number
  /** False: units reach their components themselves, and there are no edges. */
  readonly areProxied: boolean

  constructor(planned: readonly PlannedUnit[], { dependencies = 'behind-proxies' }: { readonly dependencies?: DependencyAccess } = {}) {
    this.areProxied = dependencies === 'behind-proxies'
    this.#units = planned
    this.#host = planned[0]?.host ?? host
    this.#edges = this.areProxied ? edgesOf(planned).map(({ from, to }) => ({ from, to })) : []
    this.#names = new Set(planned.map(({ name }) => name))
    this.#replicas = planned.filter(({ kind }) => kind === 'replica').length
  }

  /** Of every unit, also of those to come. */
  get host(): string {
    return this.#host
  }
  /** Components first, in the order in which they came, then the replicas. */
  get declared(): readonly PlannedUnit[] {
    return this.#units
  }
  /** The same, with the changes in force. */
  get configured(): readonly PlannedUnit[] {
    return this.#units.map((one) => withChanges(one, this.#changes.get(one.name)))
  }
  get components(): readonly PlannedUnit[] {
    return this.#units.filter(({ kind }) => kind === 'component')
  }
  get replicas(): readonly PlannedUnit[] {
    return this.#units.filter(({ kind }) => kind === 'replica')
  }
  /** Those with a proxy: also one that only a configuration of before needed. */
  get edges(): readonly Edge[] {
    return this.#edges
  }
  /** Of every unit there ever was: none is given again. */
  get names(): readonly string[] {
    return [...this.#names]
  }
  get backends(): readonly BackendAddress[] {
    return this.replicas.filter(({ name }) => !this.#leaving.has(name)).map(({ name, host, port }) => ({ id: name, host, port }))
  }

  /** As declared. Throws SeaworthyError SW_NOT_DONE. */
  named(name: string, kind?: PlannedUnit['kind']): PlannedUnit {
    const found = this.#units.find((one) => one.name === name && one.kind === (kind ?? one.kind))
    if (found === undefined) throw notDone(`looking for the ${kind ?? 'unit'} ${name}`, `only ${this.#units.map((one) => one.name).join(', ')}`)
    return found
  }

  changesOf(name: string): UnitChanges | undefined {
    return this.#changes.get(name)
  }

  /** Where the name of a component leads to. */
  addressOf(component: string): EdgeTarget {
    const { host, port } = this.named(component, 'component')
    return this.#redirections.get(component) ?? { host, port }
  }

  /** Numbers of replicas are not used again. */
  takeReplicaIndex(): number {
    this.#replicas += 1
    this.#names.add(`replica-${this.#replicas - 1}`)
    return this.#replicas - 1
  }

  /** Throws SeaworthyError SW_NOT_DONE when a component cannot be called so. */
  takeName(name: string): void {
    const used = this.#names.has(name) || namesOfOurs.includes(name) || nameOfAReplica.test(name)
    if (used || !nameOfAComponent.test(name)) throw notDone(`naming a component "${name}"`, used ? 'that name in use' : 'signs that no name may have')
    this.#names.add(name)
  }

  add(planned: PlannedUnit, changes: UnitChanges | undefined): void {
    this.#units = planned.kind === 'replica' ? [...this.#units, planned] : [...this.components, planned, ...this.replicas]
    this.configure(planned.name, changes)
  }

  configure(name: string, changes: UnitChanges | undefined): void {
    if (changes === undefined) this.#changes.delete(name)
    else this.#changes.set(name, changes)
  }

  move(name: string, port: number): void {
    this.#units = this.#units.map((one) => (one.name === name ? { ...one, port } : one))
  }

  redirect(component: string, to: EdgeTarget | undefined): void {
    if (to === undefined) this.#redirections.delete(component)
    else this.#redirections.set(component, to)
  }

  /** While it leaves it is there, but no backend. False: it does already. */
  leave(replica: string): boolean {
    if (this.#leaving.has(replica)) return false
    this.#leaving.add(replica)
    return true
  }

  stay(replica: string): void {
    this.#leaving.delete(replica)
  }

  remove(name: string): void {
    this.#units = this.#units.filter((one) => one.name !== name)
    this.#changes.delete(name)
    this.#leaving.delete(name)
  }

  addEdge({ from, to }: Edge): void {
    this.#edges = [...this.#edges, { from, to }]
  }

  removeEdge({ from, to }: Edge): void {
    this.#edges = this.#edges.filter((one) => one.from !== from || one.to !== to)
  }
}
