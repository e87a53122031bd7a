import { Agent, request as httpRequest } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { QualificationRig } from './qualification-rig.js'
import { until } from './raw-http.test-support.js'

const settings = { intervalMs: 100, timeoutMs: 500, rise: 1, fall: 2, readinessPath: '/health/ready' }

test('a clean drain under load from kept connections loses nothing', async () => {
  const rig = await QualificationRig.start(settings)
  onTestFinished(() => rig.close())
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const bodies = new Map<string, number>()
  const failures: string[] = []
  let stopped = false
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const fail = (error: Error): void => {
        failures.push(error.message)
        resolve()
      }
      const request = httpRequest({ host: '127.0.0.1', port: rig.entrypoint.port, agent, method: 'POST' }, (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += String(chunk)))
        response.once('error', fail)
        response.once('end', () => {
          if (response.statusCode === 200) bodies.set(body, (bodies.get(body) ?? 0) + 1)
          else failures.push(`${response.statusCode}: ${body}`)
          resolve()
        })
      })
      request.once('error', fail)
      request.end('body')
    })
  const clients = Array.from({ length: 16 }, async () => {
    while (!stopped) await ask()
  })
  const total = (): number => [...bodies.values()].reduce((sum, count) => sum + count, failures.length)
  /** Each client may have had one answer on its way to it. */
  const onTheWay = async (): Promise<void> => {
    const before = total()
    await until('answers', () => total() >= before + 12 * clients.length)
  }
  await onTheWay()
  await rig.drainOneBackend()
  await onTheWay()
  const drained = bodies.get('echo from echo-0\n')!
  const others = bodies.get('echo from echo-1\n')!
  await rig.drainOneBackend()
  stopped = true
  await Promise.all(clients)
  expect(failures).toEqual([])
  expect(drained).toBeGreaterThan(40)
  expect(bodies.get('echo from echo-0\n')).toBe(drained) // nothing after its drain was over
  expect(bodies.get('echo from echo-1\n')).toBeGreaterThan(others)
})

test('the last backend is not drained', async () => {
  const rig = await QualificationRig.start(settings)
  onTestFinished(() => rig.close())
  await rig.drainOneBackend()
  await rig.drainOneBackend()
  await expect(rig.drainOneBackend()).rejects.toThrow('the last echo backend')
})
