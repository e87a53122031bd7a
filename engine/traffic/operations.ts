import { SeaworthyError } from '../../core/errors.js'
import type { Operation, ServiceDescriptor } from '../../core/service-descriptor.js'
import { CompiledOperation } from './expectation.js'

/** The operations of a service by name, each made ready once. */
export class Operations {
  readonly #service: ServiceDescriptor
  readonly #compiled = new Map<Operation, CompiledOperation>()

  constructor(service: ServiceDescriptor) {
    this.#service = service
  }

  compiled(operation: Operation): CompiledOperation {
    const known = this.#compiled.get(operation)
    if (known !== undefined) return known
    const made = new CompiledOperation(operation)
    this.#compiled.set(operation, made)
    return made
  }

  /** One of `traffic` by its name, or one of `data` by its own. Throws SeaworthyError. */
  named(name: string): CompiledOperation {
    const { traffic, data } = this.#service
    const others = [data?.write, data?.readStrong, data?.readOrdinary, data?.session?.open, data?.session?.resume]
    const found = traffic[name] ?? others.find((operation) => operation?.name === name)
    if (found !== undefined) return this.compiled(found)
    throw new SeaworthyError('SW_UNKNOWN_OPERATION', `while preparing traffic: found no operation "${name}", expected one of ${Object.keys(traffic).join(', ')}`)
  }

  /** The write whose keys are reconciled and read. */
  isWrite(operation: Operation): boolean {
    const write = this.#service.data?.write
    return write !== undefined && (operation === write || operation.name === write.name)
  }

  /** Operations that end by themselves soon, and need nothing that an earlier answer gave. */
  ordinary(): readonly CompiledOperation[] {
    return Object.values(this.#service.traffic)
      .filter((operation) => !operation.streams && !operation.holdsBody && operation.minDurationMs === undefined)
      .map((operation) => this.compiled(operation))
      .filter((operation) => !operation.placeholders.has('token'))
  }

  /** Chooses the operation of the n-th request: by weight for 'mixed', else each of the named in turn. */
  chooser(choice: 'mixed' | readonly (string | Operation)[], random: () => number): (index: number) => CompiledOperation {
    if (choice !== 'mixed') {
      const named = choice.map((one) => (typeof one === 'string' ? this.named(one) : this.compiled(one)))
      if (named.length === 0) throw new SeaworthyError('SW_UNKNOWN_OPERATION', 'while preparing traffic: found an empty list of operations, expected at least one name')
      return (index) => named[index % named.length]!
    }
    const weighted = Object.values(this.#service.traffic).filter((operation) => operation.weight > 0)
    const usable = weighted.map((operation) => this.compiled(operation)).filter((operation) => !operation.placeholders.has('token'))
    const total = usable.reduce((sum, { operation }) => sum + operation.weight, 0)
    if (usable.length === 0) throw new SeaworthyError('SW_UNKNOWN_OPERATION', 'while preparing mixed traffic: found no operation with a weight, expected at least one')
    return () => {
      let at = random() * total
      return usable.find(({ operation }) => (at -= operation.weight) < 0) ?? usable[usable.length - 1]!
    }
  }
}
