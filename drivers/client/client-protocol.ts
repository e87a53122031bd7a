/** Messages on the IPC channel of the process that runs a client module. */
export interface ClientSpec {
  /** Absolute path of the module. */
  readonly module: string
  readonly env: Readonly<Record<string, string>>
  /** The module must export readOrdinary as well. */
  readonly ordinaryRead?: boolean
  readonly instances: readonly ClientInstance[]
}
export interface ClientInstance {
  readonly id: string
  readonly host: string
  readonly port: number
}
export type ClientMessage =
  | { readonly kind: 'started'; readonly ports: readonly { readonly id: string; readonly port: number }[] }
  | { readonly kind: 'failure'; readonly message: string }
  /** Comes every `beatEveryMs` while the event loop turns. */
  | { readonly kind: 'beat' }

export const beatEveryMs = 500
