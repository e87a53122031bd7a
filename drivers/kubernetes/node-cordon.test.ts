import { expect, test } from 'vitest'
import { ClusterRefusal, type ApiClient } from './api-client.js'
import { metadataOf } from './fake-cluster/stored-objects.test-support.js'
import { cordon, nodeNote, uncordon } from './node-cordon.js'
import type { ClusterNode } from './objects.js'

const note = nodeNote({ namespace: 'shop', workload: { kind: 'deployment', name: 'web' }, service: 'web' }, 'run')

test('a node that somebody cordons between the look at it and the order is left to them', async () => {
  const versions: unknown[] = []
  let stored: ClusterNode = { metadata: metadataOf('sea1', { resourceVersion: '7' }), spec: {} }
  const request = async ({ method, body }: { readonly method?: string; readonly body?: ClusterNode }): Promise<unknown> => {
    if (method !== 'PATCH') return stored
    versions.push(body?.metadata.resourceVersion)
    stored = { metadata: { ...stored.metadata, resourceVersion: '8' }, spec: { unschedulable: true } }
    throw new ClusterRefusal('patching', { status: 409, reason: 'Conflict', message: 'the object has been modified', causes: [] })
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
    throw new ClusterRefusal('patching', { status: 409, reason: 'Conflict', message: 'the object has been modified', causes: [] })
  }
  const api = { request } as unknown as ApiClient
  await cordon(api, 'sea1', note)
  expect(stored.spec.unschedulable).toBe(true)
  expect(await uncordon(api, 'sea1', 'run')).toBe('uncordoned')
  expect([stored.spec, stored.metadata.annotations, patches]).toEqual([{}, {}, 2])
})
