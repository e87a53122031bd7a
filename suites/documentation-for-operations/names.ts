/** Names that the scenario writes into the history and the checks read from it. */

/** Fact `runbook`: what is declared, and what the runbook has of it. */
export const runbookFact = 'runbook'
export interface RunbookFact {
  readonly file: string
  readonly found: boolean
  /** Operations that are declared. */
  readonly operations: readonly string[]
  /** Those of them that a section or a command of the runbook is about. */
  readonly documented: readonly string[]
  /** Times that are promised, in seconds, and whether the section of the operation says them. */
  readonly times: readonly { readonly operation: string; readonly seconds: number; readonly said: boolean }[]
  /** Operations of the tagged commands, in order. */
  readonly commands: readonly string[]
}

/** One command as it was run: observation `runbook-command` of its operation. */
export const commandObservation = 'runbook-command'
export interface RunbookCommand {
  readonly operation: string
  readonly line: string
  readonly ok: boolean
  readonly exitCode?: number
  readonly error?: string
  readonly output: string
  /** Undefined: nothing from outside can show it. */
  readonly effectBefore?: boolean
  readonly effectAfter?: boolean
}
