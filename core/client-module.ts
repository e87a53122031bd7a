/**
 * What a module of the user's own exports so that a service that does not speak HTTP can be put under traffic: declared
 * as `client` in the descriptor. It runs in a process of its own. A handle is one connection, used for one operation at
 * a time; it must neither reconnect nor repeat anything by itself, so that what is reported is what happened.
 */
export interface ClientModule<Handle = unknown> {
  /** Connects. What it throws counts as "nothing was sent". */
  open(options: ClientOpenOptions): Promise<Handle>
  /** Resolves when the service has acknowledged the write. What it throws may have been applied or not, see `ClientError`. */
  write(handle: Handle, key: string, value: string): Promise<unknown>
  /** The value that every acknowledged write must be seen in at once; undefined or null when there is none. */
  read(handle: Handle, key: string): Promise<string | null | undefined>
  /**
   * The value as the service's clients usually read it: it may lag behind for as long as `client.maxLag` says, and may come from a
   * read replica. Demanded where `client.ordinaryRead` is declared.
   */
  readOrdinary?(handle: Handle, key: string): Promise<string | null | undefined>
  /** Keys that begin with the prefix. */
  list(handle: Handle, prefix: string): Promise<readonly string[]>
  /** Lets go of the connection, whatever state it is in. */
  close(handle: Handle): Promise<unknown>
  /** Which start of the service this connection leads to, when the service can tell: a run id, a start time. */
  boot?(handle: Handle): Promise<string>
}

/** Where the service listens, and the environment that `client.env` declares. */
export interface ClientOpenOptions {
  readonly host: string
  readonly port: number
  readonly instance: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What an error that a module throws may say of itself; an error without these leaves open whether the request was applied. */
export interface ClientError extends Error {
  /** Nothing was sent. */
  readonly sent?: false
  /** The service refused it, and it was certainly not applied. */
  readonly rejected?: true
}

export const clientFunctions = ['open', 'write', 'read', 'list', 'close'] as const
export const ordinaryReadFunction = 'readOrdinary'

/** The HTTP face of a client module, which traffic talks to. */
export const clientPaths = { ready: '/ready', keys: '/keys', ordinary: '/ordinary' } as const
export const clientHeaders = { instance: 'x-seaworthy-instance', boot: 'x-seaworthy-boot', failure: 'x-seaworthy-client' } as const

/** Why there is no answer of the service. `unknown`: it may have been applied. */
export type ClientFailureKind = 'not-sent' | 'unknown' | 'rejected'
export interface ClientFailure {
  readonly kind: ClientFailureKind
  /** The connection had carried a request before. */
  readonly reused: boolean
  readonly sinceSentMs: number
  readonly detail: string
}

const detailCharactersMax = 160

/** As the value of a header: printable ASCII. */
export const clientFailureText = ({ kind, reused, sinceSentMs, detail }: ClientFailure): string =>
  `${kind};${reused ? 'reused' : 'fresh'};${Math.round(sinceSentMs)};${detail.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, detailCharactersMax)}`

/** Undefined when it is none. */
export function parseClientFailure(text: string): ClientFailure | undefined {
  const match = /^(not-sent|unknown|rejected);(reused|fresh);(\d+);(.*)$/.exec(text)
  if (match === null) return undefined
  return { kind: match[1] as ClientFailureKind, reused: match[2] === 'reused', sinceSentMs: Number(match[3]), detail: match[4] ?? '' }
}
