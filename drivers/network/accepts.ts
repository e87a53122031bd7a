import { connect } from 'node:net'

/** Whether anybody accepts a connection at this address in time. */
export function accepts(url: URL, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? '80' : url.port) })
    const end = (accepted: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(accepted)
    }
    const timer = setTimeout(() => end(false), timeoutMs)
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
