/** `docs.runbook`: a Markdown file whose fenced blocks are tagged `operation=NAME`. */
export interface DocumentedRunbook {
  readonly path: string // absolute
}

/** `docs.times`: what people are told about the time a replica needs. */
export interface DocumentedTimes {
  /** From the start of the process until it is ready. */
  readonly startMs: number
  /** From the stop signal until the process has exited. */
  readonly stopMs: number
  /** Where it says so: a file, a page. */
  readonly where: string
}
