/**
 * Something that operators do, as the descriptor says it is done. Addressed to one instance, to the balancer, or (a
 * command) to nobody. In paths, headers, bodies and commands `{name}` is replaced by the values a scenario gives; a
 * command also knows `{instance}`, `{host}`, `{port}` of its target and `{component:host}`, `{component:port}` of
 * every component, past all fault proxies.
 */
export type Procedure = { readonly timeoutMs?: number } & (
  | {
      readonly via: 'http'
      readonly method: string
      readonly path: string
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown // JSON, with placeholders inside strings
      readonly text?: string // sent as it is after its placeholders were replaced; instead of `body`
      readonly uploadsFile?: true // the body is what the file `{file}` holds; instead of `body` and `text`
      readonly expectStatus: readonly number[] // empty: any 2xx
    }
  | { readonly via: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly via: 'exec'; readonly command: readonly string[] }
)

/** What a procedure's placeholders stand for. */
export type ProcedureValues = Readonly<Record<string, string>>

/** What became of a procedure. A refusal is an answer, not an error of the harness. */
export interface Performed {
  /** It said that it succeeded: an expected status, or exit code 0. */
  readonly ok: boolean
  readonly status?: number
  readonly exitCode?: number
  /** Body of the answer, or standard output; at most `procedureOutputBytesMax`. */
  readonly output: string
  /** What was found when it was not ok. */
  readonly error?: string
  readonly startedAtMs: number
  readonly tookMs: number
}
export const procedureOutputBytesMax = 4_194_304

/** Where a value can be read: `GET path`, and the JSON pointer to it in the answer ('' is the whole answer as text). */
export interface ValueProbe {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly pointer: string
}

/** Value of an observation made with a ValueProbe. */
export interface ReadValue {
  readonly outcome: 'read' | 'absent' | 'refused' | 'timeout' | 'reset' | 'error-status'
  readonly status?: number
  readonly value?: unknown
  readonly boot?: string
}
