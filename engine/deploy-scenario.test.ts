import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Deployment } from '../core/driver.js'
import { notEndedName } from '../operating-system/process-record.js'
import { CleanupStack } from './cleanup-stack.js'
import { deployApart, deployScenario, recordFacts, type DeployApartOptions, type DeployScenarioOptions } from './deploy-scenario.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-deploy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Deploys with a driver that does this in the folder of the deployment, and cleans up. */
async function cleaned(deploy: (directory: string) => Partial<Deployment>): Promise<{ readonly problems: readonly string[]; readonly stays: boolean }> {
  const cleanup = new CleanupStack()
  const workDirectory = join(folder, 'd0')
  const driver = { deploy: async (_: unknown, { directory }: { readonly directory: string }) => Promise.resolve(deploy(directory)) }
  const scenario = { id: 'suite/scenario', needs: [] }
  const options = { cleanup, driver, service: {}, scenario, workDirectory, runDirectory: join(folder, 'run'), oneAtATime: async <T>(work: () => Promise<T>) => work(), onLogs: () => {} }
  await deployScenario(options as unknown as DeployScenarioOptions).catch(() => {})
  return { problems: await cleanup.run(), stays: existsSync(workDirectory) }
}

const mark = (directory: string): void => writeFileSync(join(directory, notEndedName), '')
const staying = expect.stringMatching(/^remove .*d0: it stays for the clean-up of the run/)

test('the folder of a deployment goes with it', async () => {
  const dispose = async (): Promise<void> => rmSync(join(folder, 'd0', notEndedName))
  expect(await cleaned((directory) => (mark(directory), { logFiles: new Map(), [Symbol.asyncDispose]: dispose }))).toEqual({ problems: [], stays: false })
})

test('it stays when the end of the deployment failed, and when it failed before it was there', async () => {
  const dispose = async (): Promise<void> => Promise.reject(new Error('EMFILE'))
  const failing = { logFiles: new Map(), [Symbol.asyncDispose]: dispose }
  expect(await cleaned((directory) => (mark(directory), failing))).toEqual({ problems: ['end the deployment: EMFILE', staying], stays: true })
  expect(await cleaned((directory) => {
    mark(directory)
    throw new Error('not deployed')
  })).toEqual({ problems: [staying], stays: true })
})

test.each([
  ['as long as its driver says that putting the world back takes', 60_000, []],
  ['half a minute where it says nothing', undefined, ['end the deployment: not finished after 30000 ms']],
] as const)('the end of a deployment may take %s', async (_, endsWithinMs, problems) => {
  vi.useFakeTimers()
  try {
    const cleanup = new CleanupStack()
    const dispose = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 40_000))
    const driver = { deploy: async () => ({ logFiles: new Map(), [Symbol.asyncDispose]: dispose }), ...(endsWithinMs === undefined ? {} : { endsWithinMs: () => endsWithinMs }) }
    await deployScenario({ cleanup, driver, service: {}, scenario: { id: 'suite/scenario', needs: [] }, workDirectory: join(folder, 'd0'), runDirectory: folder, oneAtATime: async <T>(work: () => Promise<T>) => work(), onLogs: () => {} } as unknown as DeployScenarioOptions)
    const cleaned = cleanup.run()
    await vi.advanceTimersByTimeAsync(40_000)
    vi.useRealTimers()
    expect(await cleaned).toEqual(problems)
  } finally {
    vi.useRealTimers()
  }
})

test('so does that of one beside it', async () => {
  const cleanup = new CleanupStack()
  const driver = { deploy: async (_: unknown, { directory }: { readonly directory: string }) => (mark(directory), Promise.reject(new Error('not deployed'))) }
  const options = { name: 'apart', cleanup, driver, service: {}, scenario: { id: 'suite/scenario' }, workDirectory: join(folder, 'd0'), oneAtATime: async <T>(work: () => Promise<T>) => work() }
  await expect(deployApart(options as unknown as DeployApartOptions)).rejects.toThrow('not deployed')
  expect(await cleanup.run()).toEqual([expect.stringMatching(/^remove .*d0-apart: it stays/)])
  expect(existsSync(join(folder, 'd0-apart'))).toBe(true)
})

test('what runs in the target although nobody declared it is a fact, and none where nobody looked', () => {
  const factsOf = (deployment: Partial<Deployment>): unknown[] => {
    const facts: unknown[] = []
    const balancer = { kind: 'seaworthy', retries: 0, intervalMs: 1, fall: 1, rise: 1, timeoutMs: 1 }
    const service = { lifecycle: { stop: {} }, traffic: {}, target: { replicas: {} } }
    const world = { deployment: { balancer, instances: [], components: [], ...deployment }, service, clock: () => 0, record: (event: { readonly name?: string; readonly value?: unknown }) => event.name === 'undeclaredContainers' && facts.push(event.value) }
    recordFacts(world as unknown as Parameters<typeof recordFacts>[0], { driver: {} } as unknown as Parameters<typeof recordFacts>[1])
    return facts
  }
  expect(factsOf({ undeclared: ['shop-store-1'] })).toEqual([['shop-store-1']])
  expect(factsOf({})).toEqual([])
})

test('what the platform says of a unit is kept beside its log', async () => {
  let kept: readonly string[] = []
  const cleanup = new CleanupStack()
  const driver = {
    deploy: async (_: unknown, { directory }: { readonly directory: string }) => {
      const file = join(directory, 'app.json')
      writeFileSync(file, '{}')
      return Promise.resolve({ logFiles: new Map(), inspections: new Map([['app', file], ['gone', join(directory, 'gone.json')]]), [Symbol.asyncDispose]: async () => Promise.resolve() })
    },
  }
  const scenario = { id: 'suite/scenario', needs: [] }
  const options = { cleanup, driver, service: {}, scenario, workDirectory: join(folder, 'd0'), runDirectory: join(folder, 'run'), oneAtATime: async <T>(work: () => Promise<T>) => work(), onLogs: (files: readonly string[]) => (kept = files) }
  await deployScenario(options as unknown as DeployScenarioOptions)
  expect(await cleanup.run()).toEqual([])
  expect(kept).toEqual(['scenarios/suite/scenario/logs/app.inspect.json'])
  expect(existsSync(join(folder, 'run', kept[0] ?? ''))).toBe(true)
})

test('a driver is told of a deployment beside the first, and of one in which something stays in force', async () => {
  const told: unknown[] = []
  const driver = { deploy: async (_: unknown, { apart }: { readonly apart?: string }) => (told.push(apart), { logFiles: new Map(), [Symbol.asyncDispose]: async () => {} }) }
  const options = (staysInForce?: () => boolean): object => ({ cleanup: new CleanupStack(), driver, service: {}, scenario: { id: 'suite/scenario', needs: [], ...(staysInForce === undefined ? {} : { staysInForce }) }, workDirectory: join(folder, 'd0'), runDirectory: folder, oneAtATime: async <T>(work: () => Promise<T>) => work(), onLogs: () => {}, name: 'fresh', install: true })
  await deployScenario(options() as DeployScenarioOptions)
  await deployScenario(options(() => false) as DeployScenarioOptions)
  await deployScenario(options(() => true) as DeployScenarioOptions)
  await deployApart(options(() => true) as DeployApartOptions)
  expect(told).toEqual([undefined, undefined, 'stays-in-force', 'second'])
})

test('both deployments of a scenario are told of the one folder that its files are in', async () => {
  const told: unknown[] = []
  const driver = { deploy: async (_: unknown, { filesDirectory }: { readonly filesDirectory?: string }) => (told.push(filesDirectory), { logFiles: new Map(), [Symbol.asyncDispose]: async () => {} }) }
  const options = { cleanup: new CleanupStack(), driver, service: {}, scenario: { id: 'suite/scenario', needs: [] }, workDirectory: join(folder, 'd0'), runDirectory: folder, oneAtATime: async <T>(work: () => Promise<T>) => work(), onLogs: () => {}, name: 'fresh', install: true }
  await deployScenario(options as unknown as DeployScenarioOptions)
  await deployApart(options as unknown as DeployApartOptions)
  expect(told).toEqual([join(folder, 'd0', 'scenario-files'), join(folder, 'd0', 'scenario-files')])
})
