import { expect, test } from 'vitest'
import type { Engine } from './project.js'
import { keptOf, removeProject } from './remove-project.js'

/** An engine with the objects of one project, of which some cannot be removed. */
function engineWith(objects: { containers: string[]; networks: string[]; volumes: string[] }, stuck: readonly string[] = []): Engine {
  const removal = (kind: keyof typeof objects) => (id: string) => ({
    remove: async () => {
      if (stuck.includes(id)) throw Object.assign(new Error('in use'), { statusCode: 409 })
      objects[kind] = objects[kind].filter((one) => one !== id)
    },
  })
  return {
    listContainers: async () => objects.containers.map((Id) => ({ Id, Names: [`/${Id}`] })),
    listNetworks: async () => objects.networks.map((Id) => ({ Id })),
    listVolumes: async () => ({ Volumes: objects.volumes.map((Name) => ({ Name })) }),
    getContainer: removal('containers'),
    getNetwork: removal('networks'),
    getVolume: removal('volumes'),
  } as unknown as Engine
}

test('what was there before the project was brought up stays, also a container of `compose run`', async () => {
  const objects = { containers: ['one-off'], networks: ['old-network'], volumes: ['data'] }
  const engine = engineWith(objects)
  const kept = await keptOf(engine, 'shop')
  objects.containers.push('app')
  objects.networks.push('network')
  objects.volumes.push('cache')
  expect(await removeProject(engine, 'shop', kept)).toEqual([])
  expect(objects).toEqual({ containers: ['one-off'], networks: ['old-network'], volumes: ['data'] })
})

test('what cannot be removed is told', async () => {
  const objects = { containers: ['app'], networks: ['network'], volumes: [] }
  expect(await removeProject(engineWith(objects, ['network']), 'shop', { containers: [], networks: [], volumes: [] })).toEqual(['network network'])
  expect(objects.containers).toEqual([])
})
