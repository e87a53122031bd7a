import type { FeedRecord, MalformedPolicy } from '../../core/declarations/import.js'

/** Names that the scenario writes into the history and the checks read from it. */

/** Imports in the order in which they are made; each is an intervention `import` with its name as the label. */
export type ImportName = 'ruled' | 'unruled' | 'below' | 'above' | 'permitted' | 'empty' | 'broken' | 'broken-again' | 'mended'
export const importIntervention = 'import'
export const ruleIntervention = 'import-rule'
/** Label of a rule: 'block item-001'. */
export type RuleKind = 'block' | 'override' | 'clear'
export const ruleLabel = (kind: RuleKind, key: string): string => `${kind} ${key}`

export const importLoad = 'beside the import'
/** A list of all imported records, read after an import: ReadValue. */
export const recordsAfter = (name: ImportName): string => `records after ${name}`
export const alertAfter = (name: ImportName): string => `alert after ${name}`

/** What was fed, and what became of it: observation `import-done` of the import's name. */
export const doneObservation = 'import-done'
export interface ImportDone {
  /** Records of the feed, without the malformed lines. */
  readonly fed: readonly FeedRecord[]
  /** The service said that it succeeded. */
  readonly ok: boolean
  /** It said so or the opposite; false: no answer, one of a service that cannot serve now, or 202, which leaves open how the import ends. */
  readonly told: boolean
  readonly error?: string
  /** What it says that it rejected, where it says so. */
  readonly rejected?: number
}

export const importFact = 'import'
export interface ImportFact {
  readonly key: string
  readonly value: string
  readonly policy?: MalformedPolicy['kind']
  readonly changeShareMax?: number
  readonly hasAlert: boolean
  readonly blocked: readonly string[]
  /** Key and value that operators put in place of what the feed says. */
  readonly overridden: readonly FeedRecord[]
  readonly malformed: number
}
