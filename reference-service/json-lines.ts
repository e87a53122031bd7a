import type { Socket } from 'node:net'

/** One JSON object a line, in both directions: how the service talks to its cache and to its toggle store. */
export type Message = Readonly<Record<string, unknown>>

const lineBytesMax = 1_048_576

/** Calls `onMessage` for each whole line. A peer that sends something else, or no end of a line, is cut off. */
export function readMessages(socket: Socket, onMessage: (message: Message) => void): void {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text) => {
    const lines = (rest + String(text)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > lineBytesMax) return void socket.destroy()
    try {
      for (const line of lines) onMessage(JSON.parse(line) as Message)
    } catch {
      socket.destroy()
    }
  })
}

export const sendMessage = (socket: Socket, message: Message): boolean => socket.write(`${JSON.stringify(message)}\n`)
