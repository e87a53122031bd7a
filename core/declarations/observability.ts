import type { Procedure, ValueProbe } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** What operators can see of the service from outside. Everything here is asked of each replica by itself. */
export interface Observability {
  readonly metrics?: Metrics
  readonly errors?: ProvokedErrors
  readonly logs?: Logs
  readonly exceptions?: ExceptionCollection
  readonly audit?: Audit
}

/** Metrics in the text format of Prometheus (or OpenMetrics), as one replica exposes them about itself. */
export interface Metrics {
  /** The whole answer is the exposition. */
  readonly probe: ValueProbe
  /** A counter of requests, and its label that holds the HTTP status (or its class, such as 5xx). */
  readonly requests: { readonly metric: string; readonly statusLabel: string }
  /** A histogram of how long requests took, without `_bucket`. */
  readonly latency: { readonly metric: string; readonly unit: 's' | 'ms' }
}

/** Requests that are answered with an error whenever they are sent, and do no harm. */
export interface ProvokedErrors {
  /** An answer of 500 to 599, as of an exception that nobody expected. */
  readonly server: Operation
  /** An answer of 400 to 499. */
  readonly client: Operation
}

/** JSON pointers into a line of the log. */
export interface LogFields {
  /** Each line is one JSON object, or pairs `key=value` (logfmt), whose keys are the first and only step of a pointer. Default: json. */
  readonly format?: 'json' | 'logfmt'
  readonly time: string
  readonly level: string
  readonly message: string
  readonly correlation: string
  readonly module?: string
}

/** What a replica writes to standard output and standard error: one JSON object or one line of logfmt each. */
export interface Logs {
  readonly fields: LogFields
  /** How a request carries its correlation id: `{id}` is 32, `{span}` 16 hexadecimal digits. */
  readonly correlation: { readonly header: string; readonly value: string }
  readonly levels?: LogLevels
}

/** The level of a module, set on each replica while it runs: `{module}` and `{level}`. */
export interface LogLevels {
  readonly set: Procedure
  /** The first one is switched; the others must stay as they are. */
  readonly modules: readonly string[]
  readonly debug: string
  readonly usual: string
  /** How long after the answer a level may take to be in force. */
  readonly effectiveWithinMs: number
}

/** Where exceptions of all replicas are collected. */
export interface ExceptionCollection {
  /** The component that collects them; it is asked itself. */
  readonly component: string
  /** A list of what was collected. */
  readonly events: ValueProbe
  /** JSON pointers into each of the list. Without `count` each of them is one exception. */
  readonly fields: { readonly type: string; readonly stack: string; readonly release: string; readonly instance: string; readonly count?: string }
  /** Two kinds at least, each with a request that provokes an unhandled exception of this type. */
  readonly kinds: readonly { readonly type: string; readonly operation: Operation }[]
  /** Ends the process of the replica it is addressed to by an exception that nobody handles. */
  readonly crash?: Procedure
}

export type AuditedAction = 'toggle' | 'configure' | 'drain' | 'undrain' | 'backup'

/** The record of what operators do. */
export interface Audit {
  /** A list of all records. */
  readonly records: ValueProbe
  /** JSON pointers into each record. */
  readonly fields: { readonly id: string; readonly time: string; readonly actor: string; readonly action: string; readonly target: string; readonly outcome: string }
  /** What stands at `outcome`. */
  readonly outcomes: { readonly done: string; readonly refused: string }
  /** Two operators at least, with the headers by which the service knows each. */
  readonly actors: readonly { readonly name: string; readonly headers: Readonly<Record<string, string>> }[]
  /** What stands at `action` for each. */
  readonly actions: Readonly<Partial<Record<AuditedAction, string>>>
  /** How a backup is made in the name of `{actor}`, when `backup.create` is a command that cannot say so. */
  readonly backup?: Procedure
  /** Attempts to change and to remove the record `{record}`, which must be refused. */
  readonly change: Procedure
  readonly remove: Procedure
}
