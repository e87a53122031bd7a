import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { currentAddress, forgetAddress, lookupMoving, moveAddress, movingHost, withCurrentAddresses } from './moving-addresses.js'

const host = movingHost('replica-0.test')
let server: Server
let port = 0

beforeAll(async () => {
  server = createServer((_request, response) => response.end('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  forgetAddress(host)
  await new Promise((resolve) => server.close(resolve))
})

const connecting = (): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, lookup: lookupMoving })
    socket.on('connect', () => (socket.destroy(), resolve('connected'))).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })

test('a name without an address refuses at once, and leads where it was moved to', async () => {
  expect(await connecting()).toBe('ECONNREFUSED')
  moveAddress(host, '127.0.0.1')
  expect(await connecting()).toBe('connected')
  expect(currentAddress(host)).toBe('127.0.0.1')
  moveAddress(host, null)
  expect(await connecting()).toBe('ECONNREFUSED')
  expect(currentAddress(host)).toBe(host)
})

test('an HTTP request finds it too, and other names are those of the system', async () => {
  moveAddress(host, '127.0.0.1')
  const status = (name: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => request({ host: name, port, lookup: lookupMoving, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject).end())
  expect(await status(host)).toBe(200)
  expect(await status('localhost')).toBe(200)
})

test('names in a text are put as they stand now, and everything else of it stays', () => {
  moveAddress(host, '127.0.0.9')
  expect(withCurrentAddresses(`--all a=http://${host}:80/,b=http://${host}:81/x.seaworthy.example`)).toBe('--all a=http://127.0.0.9:80/,b=http://127.0.0.9:81/x.seaworthy.example')
  moveAddress(host, null)
  expect(withCurrentAddresses(`http://${host}:80`)).toBe(`http://${host}:80`)
})
