import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { describe, expect, test } from 'vitest'
import { ownOwner, type Owner } from '../run-owner.js'
import { cleanEngine, engineMayBeHere } from './clean-engine.js'

interface Thing {
  readonly kind: 'service' | 'container' | 'network' | 'volume'
  readonly name: string
  readonly labels: Readonly<Record<string, string>> | null
}
const ofRun = (runId: string, owner?: Partial<Owner> | string): Record<string, string> => ({
  'seaworthy.run': runId,
  ...(owner === undefined ? {} : { 'seaworthy.owner': typeof owner === 'string' ? owner : JSON.stringify({ ...ownOwner(), ...owner }) }),
})

/** An engine that holds these, by the answers the client library gives. */
function engineOf(...held: Thing[]) {
  let things = held
  const tasks: { readonly ID: string }[] = []
  const of = (kind: Thing['kind'], label?: string): Thing[] => {
    const [key = '', value] = label?.split('=') ?? []
    return things.filter((one) => one.kind === kind && (label === undefined || (one.labels?.[key] !== undefined && (value === undefined || one.labels[key] === value))))
  }
  const remove = (kind: Thing['kind'], name: string) => async (): Promise<void> => {
    if (name.includes('in-use')) throw Object.assign(new Error('in use'), { statusCode: 409 })
    things = things.filter((one) => one.kind !== kind || one.name !== name)
  }
  const docker = {
    info: async () => ({ Swarm: { LocalNodeState: 'active', ControlAvailable: true } }),
    listContainers: async ({ filters }: { readonly filters: { readonly label: readonly string[] } }) => of('container', filters.label[0]).map(({ name, labels }) => ({ Id: name, Names: [name], Labels: labels })),
    listNetworks: async ({ filters }: { readonly filters: { readonly label: readonly string[] } }) => of('network', filters.label[0]).map(({ name, labels }) => ({ Id: name, Name: name, Labels: labels })),
    listVolumes: async () => ({ Volumes: of('volume').map(({ name, labels }) => ({ Name: name, Labels: labels })) }),
    listServices: async ({ filters }: { readonly filters: { readonly label: readonly string[] } }) => of('service', filters.label[0]).map(({ name, labels }) => ({ ID: name, Spec: { Name: name, Labels: labels } })),
    // Until its containers have ended a swarm says that there are tasks; here for one look longer.
    listTasks: async () => tasks.splice(0),
    getService: (name: string) => ({ remove: async () => remove('service', name)().then(() => void tasks.push({ ID: `task of ${name}` })) }),
    getContainer: (name: string) => ({ remove: remove('container', name) }),
    getNetwork: (name: string) => ({ remove: remove('network', name) }),
    getVolume: (name: string) => ({ remove: remove('volume', name) }),
  } as unknown as Docker
  return { docker, names: () => things.map(({ name }) => name) }
}
const none: ReadonlySet<string> = new Set()
const dead: Partial<Owner> = { startTime: 'of another boot' }

describe('what a run has in an engine', () => {
  test('is removed when the process that made it is gone, and nothing else is touched', async () => {
    const { docker, names } = engineOf(
      { kind: 'container', name: 'c1', labels: ofRun('r1', dead) },
      { kind: 'network', name: 'n1', labels: ofRun('r1', dead) },
      { kind: 'volume', name: 'v1', labels: ofRun('r1', dead) },
      { kind: 'volume', name: 'seaworthy-r1-d0-made-by-the-engine', labels: null },
      { kind: 'container', name: 'of-somebody', labels: { 'com.example': 'x' } },
      { kind: 'volume', name: 'of-somebody-too', labels: null },
    )
    expect(await cleanEngine(docker, { known: none, force: false })).toMatchObject([{ runId: 'r1', state: 'removed', left: [] }])
    expect(names()).toEqual(['of-somebody', 'of-somebody-too'])
  })

  test('a copy of a stack goes, services first, and the stack that the dead run had taken stays', async () => {
    const copy = { ...ofRun('r1', dead), 'seaworthy.deployment': 'd1', 'seaworthy.copy-of': 'shop' }
    const made: Thing[] = [{ kind: 'service', name: 'copy_api', labels: copy }, { kind: 'network', name: 'copy_inner', labels: copy }, { kind: 'volume', name: 'copy_data', labels: copy }]
    const taken: Thing = { kind: 'service', name: 'shop_api', labels: ofRun('r1', dead) }
    for (const having of [undefined, 'seaworthy.copy-of=shop']) {
      const { docker, names } = engineOf(...made, taken)
      expect(await cleanEngine(docker, { known: none, force: true, ...(having === undefined ? {} : { having }) })).toMatchObject([{ runId: 'r1', state: 'removed', left: [] }])
      expect(names()).toEqual(['shop_api'])
    }
    const { docker, names } = engineOf(...made, taken)
    expect(await cleanEngine(docker, { known: none, force: true, having: 'seaworthy.copy-of=other' })).toEqual([])
    expect(names()).toHaveLength(4)
  })

  test('is found by a volume alone', async () => {
    const { docker, names } = engineOf({ kind: 'volume', name: 'v1', labels: ofRun('r1', dead) })
    expect(await cleanEngine(docker, { known: none, force: false })).toMatchObject([{ state: 'removed' }])
    expect(names()).toEqual([])
  })

  const kept: readonly (readonly [string, Parameters<typeof ofRun>[1]])[] = [
    ['lives', {}],
    ['is of another machine', { ...dead, host: 'elsewhere' }],
    ['has the number of another space of processes', { ...dead, pidNamespace: 'pid:[1]' }],
    ['is not written on it', undefined],
    ['cannot be read', '{'],
    ['could not tell its start', { startTime: '' }],
  ]
  test.each(kept)('is kept when the process that made it %s; force takes it', async (_why, owner) => {
    const { docker, names } = engineOf({ kind: 'container', name: 'c1', labels: ofRun('r1', owner) })
    expect(await cleanEngine(docker, { known: none, force: false })).toMatchObject([{ runId: 'r1', state: 'kept' }])
    expect(names()).toEqual(['c1'])
    expect(await cleanEngine(docker, { known: none, force: true })).toMatchObject([{ runId: 'r1', state: 'removed' }])
    expect(names()).toEqual([])
  })

  test('is kept where one of its objects was made by a process that may live', async () => {
    const { docker } = engineOf({ kind: 'container', name: 'c1', labels: ofRun('r1', dead) }, { kind: 'network', name: 'n1', labels: ofRun('r1', {}) })
    expect(await cleanEngine(docker, { known: none, force: false })).toMatchObject([{ state: 'kept' }])
  })

  test('is left to the journal of a run that this machine knows', async () => {
    const { docker, names } = engineOf({ kind: 'container', name: 'c1', labels: ofRun('r1', dead) })
    expect(await cleanEngine(docker, { known: new Set(['r1']), force: true })).toEqual([])
    expect(names()).toEqual(['c1'])
  })

  test('and what cannot be removed is told', async () => {
    const { docker } = engineOf({ kind: 'network', name: 'in-use', labels: ofRun('r1', dead) })
    expect(await cleanEngine(docker, { known: none, force: false })).toMatchObject([{ left: ['network in-use'] }])
  })
})

test('there may be an engine where one is named, or where a socket lies in one of the usual places', ({ onTestFinished, skip }) => {
  const home = mkdtempSync(join(tmpdir(), 'seaworthy-test-engine-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  expect(engineMayBeHere({ DOCKER_HOST: 'unix:///no/such.sock' }, { home })).toBe(true)
  expect(engineMayBeHere({ DOCKER_CONTEXT: 'far' }, { home })).toBe(true)
  mkdirSync(join(home, '.docker/run'), { recursive: true })
  const before = engineMayBeHere({}, { home, uid: undefined })
  writeFileSync(join(home, '.docker/run/docker.sock'), '')
  expect(engineMayBeHere({}, { home, uid: undefined })).toBe(true)
  if (before) skip('an engine of this machine is in the default place')
})
