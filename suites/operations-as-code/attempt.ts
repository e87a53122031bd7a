import type { Performed } from '../../core/procedure.js'

/** What an operation said, for an observation: its output would only make the history long. */
export type Attempt = Omit<Performed, 'output'>

export function withoutOutput({ output: _, ...performed }: Performed): Attempt {
  return performed
}
