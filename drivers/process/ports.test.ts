import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { claimPorts, type ClaimedPorts } from './ports.js'

const claims: ClaimedPorts[] = []
afterEach(() => {
  for (const claim of claims.splice(0)) claim.release()
})
async function claim(count: number): Promise<readonly number[]> {
  const one = await claimPorts(count)
  claims.push(one)
  return one.ports
}

test('the ports of deployments that live at the same time are all different', async () => {
  const ports = (await Promise.all(Array.from({ length: 20 }, () => claim(5)))).flat()
  expect(ports).toHaveLength(100)
  expect(new Set(ports).size).toBe(100)
})

test('more can be had one by one, beyond a block, until the claim is released', async () => {
  const claim = await claimPorts(3)
  claims.push(claim)
  const ports = [...claim.ports]
  for (let more = 0; more < 40; more += 1) ports.push(await claim.another())
  expect(new Set(ports).size).toBe(43)
  const blocks = new Set(ports.map((port) => Math.floor(port / 32) * 32))
  const taken = async (port: number): Promise<boolean> => {
    const server = createServer().listen(port, '127.0.0.1')
    return once(server, 'listening').then(() => (server.close(), false), () => true)
  }
  expect(await Promise.all([...blocks].map(taken))).toEqual([...blocks].map(() => true))
  claim.release()
  await expect.poll(() => Promise.all([...blocks].map(taken))).toEqual([...blocks].map(() => false))
})

test('they are free to listen on, and lie below what the kernel hands out by itself', async () => {
  const ports = await claim(40)
  expect(ports).toHaveLength(40)
  expect(Math.min(...ports)).toBeGreaterThan(20_000)
  const kernels = createServer().listen(0, '127.0.0.1')
  await once(kernels, 'listening')
  const address = kernels.address()
  expect(Math.max(...ports)).toBeLessThan(typeof address === 'object' && address !== null ? address.port : 0)
  kernels.close()
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  }
})
