import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Where a replica is reached: the only place, beside its boot id, that the harness itself connects to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A URL writes neither the port that its scheme has by default, nor an IPv6 address without brackets. */
export const addressOf = (url: URL): Address => ({ host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: url.port === '' ? 80 : Number(url.port) })

const connectMs = 1_000
export type Reachability = 'accepts' | 'refuses' | 'silent'

/** Silent: neither accepted nor refused in time, as behind a firewall or when the machine is off. */
export function reachabilityOf({ host, port }: Address, timeoutMs = connectMs): Promise<Reachability> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (what: Reachability): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(what)
    }
    const timer = setTimeout(() => end('silent'), timeoutMs)
    socket.once('connect', () => end('accepts'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'refuses' : 'silent'))
  })
}

/** Whether the address came to be so in time. Asks at least once. */
export async function untilReachable(address: Address, wanted: Reachability, options: { readonly timeoutMs: number; readonly everyMs?: number; readonly signal?: AbortSignal }): Promise<boolean> {
  return untilTrue(async () => (await reachabilityOf(address)) === wanted, options)
}

/** Whether it gives any HTTP answer in time, asked anew now and then. What is frozen accepts connections and answers nothing. */
export async function untilAnswers(url: URL, timeoutMs: number): Promise<boolean> {
  const endAt = performance.now() + timeoutMs
  const answers = (): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(Math.max(1, Math.ceil(endAt - performance.now()))), headers: { connection: 'close' }, redirect: 'manual' }).then(
      async (answer) => (await answer.body?.cancel(), true),
      () => false,
    )
  return untilTrue(answers, { timeoutMs })
}

/** Asks at least once, and again until it holds, the time is up or the signal fires. */
export async function untilTrue(holds: () => Promise<boolean>, { timeoutMs, everyMs = 50, signal }: { readonly timeoutMs: number; readonly everyMs?: number; readonly signal?: AbortSignal }): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    if (await holds()) return true
    if (performance.now() >= deadlineMs || signal?.aborted === true) return false
    await pause(everyMs)
  }
}
