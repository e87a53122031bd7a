import { ForeignProcesses } from './foreign-processes.js'
import { processTree, type ProcessEntry, type ProcessIdentity } from './process-table.js'

/** Looks at the trees of the same roots again and again. For one that knows each root before that has a child. */
export class ProcessWatch {
  readonly #roots: () => readonly ProcessIdentity[]
  readonly #foreign = new ForeignProcesses()

  constructor(roots: () => readonly ProcessIdentity[]) {
    this.#roots = roots
  }

  /** As `processTree`, for some of the roots, or all. */
  treeOf(roots?: readonly ProcessIdentity[]): ProcessEntry[] {
    const all = this.#roots()
    const table = this.#foreign.others(all)
    const ours = processTree(all, table)
    this.#foreign.learn(table, ours)
    return roots === undefined ? ours : processTree(roots, ours)
  }
}
