import { expect, test } from 'vitest'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { webDeployment } from './fake-cluster/declared-objects.test-support.js'
import { metadataOf } from './fake-cluster/stored-objects.test-support.js'
import { noteNode } from './cordoned-nodes.js'
import { cordon, cordonAnnotation, nodeNote, uncordon } from './node-cordon.js'
import type { ClusterNode, Workload } from './objects.js'

const target = { namespace: 'shop', workload: { kind: 'deployment', name: 'web' }, service: 'web' } as const
const note = nodeNote(target, 'run')
const modified = (): ClusterRefusal => new ClusterRefusal('patching', { status: 409, reason: 'Conflict', message: 'the object has been modified', causes: [] })

test('a node that somebody cordons between the look at it and the order is left to them', async () => {
  const versions: unknown[] = []
  let stored: ClusterNode = { metadata: metadataOf('sea1', { resourceVersion: '7' }), spec: {} }
  const request = async ({ method, body }: { readonly method?: string; readonly body?: ClusterNode }): Promise<unknown> => {
    if (method !== 'PATCH') return stored
    versions.push(body?.metadata.resourceVersion)
    stored = { metadata: { ...stored.metadata, resourceVersion: '8' }, spec: { unschedulable: true } }
    throw modified()
  }
  await expect(cordon({ request } as unknown as ApiClient, 'sea1', note)).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringContaining('cordoned already by somebody else') })
  expect([versions, stored.metadata.annotations]).toEqual([['7'], undefined])
})

test('an order whose answer was lost is recognised, and not given again', async () => {
  let stored: ClusterNode = { metadata: metadataOf('sea1'), spec: {} }
  let patches = 0
  const request = async ({ method, body }: { readonly method?: string; readonly body?: { readonly metadata: { readonly annotations: Readonly<Record<string, string | null>> }; readonly spec: { readonly unschedulable: true | null } } }): Promise<unknown> => {
    if (method !== 'PATCH' || body === undefined) return stored
    patches += 1
    const annotations = Object.fromEntries(Object.entries(body.metadata.annotations).filter((one): one is [string, string] => one[1] !== null))
    stored = { metadata: { ...stored.metadata, annotations }, spec: body.spec.unschedulable === true ? { unschedulable: true } : {} }
    throw modified()
  }
  const api = { request } as unknown as ApiClient
  await cordon(api, 'sea1', note)
  expect(stored.spec.unschedulable).toBe(true)
  expect(await uncordon(api, 'sea1', 'run')).toBe('uncordoned')
  expect([stored.spec, stored.metadata.annotations, patches]).toEqual([{}, {}, 2])
})

test('a node that somebody takes over while it is to be opened was not opened by this run', async () => {
  let stored: ClusterNode = { metadata: metadataOf('sea1', { annotations: { [cordonAnnotation]: JSON.stringify(note) } }), spec: { unschedulable: true } }
  const request = async ({ method }: { readonly method?: string }): Promise<unknown> => {
    if (method !== 'PATCH') return stored
    stored = { metadata: metadataOf('sea1', { annotations: { [cordonAnnotation]: JSON.stringify({ ...note, run: 'another' }) } }), spec: { unschedulable: true } }
    throw modified()
  }
  expect(await uncordon({ request } as unknown as ApiClient, 'sea1', 'run')).toBe('nothing')
})

test.each([
  ['is looked at where somebody changed the workload after it', 2, 2],
  ['is recognised', 3, 1],
])('a note whose answer was lost %s', async (_, replicas, looks) => {
  let stored: Workload = { ...webDeployment(3), metadata: metadataOf('web', { generation: 1 }) }
  const request = async ({ method, body }: { readonly method?: string; readonly body?: Workload }): Promise<unknown> => {
    if (method !== 'PATCH' || body === undefined) return stored
    stored = { metadata: { ...stored.metadata, annotations: body.metadata.annotations ?? {} }, spec: { ...stored.spec, replicas } }
    throw modified()
  }
  const looked: unknown[] = []
  await noteNode({ request } as unknown as ApiClient, target, 'sea1', { runId: 'run', look: ({ spec }) => void looked.push(spec.replicas) })
  expect(looked).toEqual([3, 2].slice(0, looks))
})
