import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { readProgram, serveConnections } from './component-program.js'
import { defective } from './defects.js'
import { readMessages, sendMessage } from './json-lines.js'

/**
 * Keeps the states of the toggles: `node toggle-store.js` with HOST, PORT and DATA_DIRECTORY. A change is on disk before it is
 * acknowledged, and every client is told of it at once. Says something once a second, so that a silent connection shows.
 */
const program = readProgram('toggle-store')
const path = join(program.dataDirectory, 'toggles.json')
const heartbeatMs = 1_000

const states: Record<string, boolean> = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, boolean>) : {}
const clients = new Set<Socket>()

function keep(): void {
  if (defective('togl.amnesia')) return
  const file = openSync(`${path}.new`, 'w')
  try {
    writeSync(file, JSON.stringify(states))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
}

function tellEverybody(): void {
  for (const client of clients) sendMessage(client, { states })
}

serveConnections(program, (socket) => {
  clients.add(socket)
  socket.once('close', () => clients.delete(socket))
  sendMessage(socket, { states })
  readMessages(socket, ({ id, change, lookUp }) => {
    if (typeof change === 'object' && change !== null) {
      Object.assign(states, change)
      keep()
      tellEverybody()
    }
    if (change !== undefined || lookUp !== undefined) sendMessage(socket, { id, states })
  })
})
setInterval(tellEverybody, heartbeatMs)
