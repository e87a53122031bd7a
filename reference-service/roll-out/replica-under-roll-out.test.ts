import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ReplicaUnderRollOut } from './replica-under-roll-out.js'

/** A replica under supervision: each start has a number, and what is installed is in force from the next start on. */
class SupervisedReplica {
  #boot = 1
  #runs = 'crashing'
  #installed = 'crashing'
  readonly #server: Server = createServer((request, response) => {
    const answer = (body: object): void => void response.setHeader('x-boot', `boot-${this.#boot}`).end(JSON.stringify(body))
    if (request.url === '/admin/release') this.#installed = 'v1'
    if (request.url === '/version') answer({ name: this.#runs, boot: `boot-${this.#boot}` })
    else answer({})
    if (request.url === '/admin/stop') this.startAgain({ afterLooks: 2 })
    if (request.url === '/version' && this.#looksLeft > 0 && --this.#looksLeft === 0) this.startAgain()
  })
  #looksLeft = 0

  /** At once, or only after it was looked at so often: it is still there while it stops. */
  startAgain({ afterLooks = 0 } = {}): void {
    this.#looksLeft = afterLooks
    if (afterLooks > 0) return
    this.#boot += 1
    this.#runs = this.#installed
  }
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

let supervised: SupervisedReplica
afterEach(() => supervised.close())

test('a replica that crashed by itself before the order is not taken for the one that was started by it', async () => {
  supervised = new SupervisedReplica()
  const replica = new ReplicaUnderRollOut('replica-0', await supervised.listen())
  const before = await replica.state(1_000)
  supervised.startAgain() // it crashed
  await replica.install('v1')
  const ended = await replica.stop()
  expect([before.boot, ended]).toEqual(['boot-1', 'boot-2'])
  await replica.untilReady({ release: 'v1', before: ended, readyMs: 2_000, startMs: 2_000 })
  expect(await replica.state(1_000)).toEqual({ name: 'v1', boot: 'boot-3', ready: true })
})

test('one that starts with another release is told', async () => {
  supervised = new SupervisedReplica()
  const replica = new ReplicaUnderRollOut('replica-0', await supervised.listen())
  const ended = await replica.stop()
  await expect(replica.untilReady({ release: 'v1', before: ended, readyMs: 500, startMs: 2_000 })).rejects.toThrow('runs crashing, expected v1')
})
