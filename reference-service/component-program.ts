import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { exitCodeConfiguration, refuseUnknownDefect } from './defects.js'

/** What the small components of the service have in common: HOST, PORT and DATA_DIRECTORY, a listener, an orderly end. */
export interface ComponentProgram {
  readonly host: string
  readonly port: number
  readonly dataDirectory: string
}

export function readProgram(name: string): ComponentProgram {
  refuseUnknownDefect()
  const required = (variable: string): string => {
    const value = process.env[variable]
    if (value) return value
    process.stderr.write(`${name}: ${variable} is not set\n`)
    process.exit(exitCodeConfiguration)
  }
  const dataDirectory = required('DATA_DIRECTORY')
  mkdirSync(dataDirectory, { recursive: true })
  return { host: required('HOST'), port: Number(required('PORT')), dataDirectory }
}

/** Listens until SIGTERM or SIGINT, which end the process with exit code 0. */
export function serveConnections({ host, port }: ComponentProgram, onConnection: (socket: Socket) => void): void {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {}) // its close is all that matters
    onConnection(socket)
  })
  server.once('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  const stop = (): void => process.exit(0)
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  server.listen(port, host)
}
