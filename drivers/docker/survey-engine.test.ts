import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { surveyEngine } from './survey-engine.js'

const gone = Object.assign(new Error('no such image'), { statusCode: 404 })
const engine = (images: Readonly<Record<string, string>>): Docker => ({
  info: async () => ({ Swarm: { LocalNodeState: 'active', ControlAvailable: true } }),
  listContainers: async () => [{ Names: ['/seaworthy-r1-d0-replica-0'], Id: 'abc', State: 'running' }],
  listNetworks: async () => [{ Name: 'seaworthy-r1-d0' }],
  listServices: async () => [{ ID: 's1', Spec: { Name: 'copy_api', Labels: { 'seaworthy.run': 'r1', 'seaworthy.deployment': 'd1' } } }, { ID: 's2', Spec: { Name: 'shop_api', Labels: { 'seaworthy.run': 'r1' } } }],
  listTasks: async () => [],
  listVolumes: async () => ({ Volumes: [
    { Name: 'labelled', Labels: { 'seaworthy.run': 'r1' } },
    { Name: 'seaworthy-r1-d0-database', Labels: null },
    { Name: 'seaworthy-r12-d0-database', Labels: { 'seaworthy.run': 'r12' } },
    { Name: 'of-somebody', Labels: { 'com.example': 'x' } },
  ] }),
  getImage: (name: string) => ({ inspect: async () => (images[name] === undefined ? Promise.reject(gone) : { Id: images[name] }) }),
}) as unknown as Docker

test('what is of the run is seen, and what others have in the same engine is not', async () => {
  expect(Object.fromEntries(await surveyEngine(engine({ mine: 'sha256:1' }), 'r1', ['mine', 'other']))).toEqual({
    'service copy_api': 'made for the run',
    'container seaworthy-r1-d0-replica-0': 'running',
    'network seaworthy-r1-d0': 'made for the run',
    'volume labelled': 'made for the run',
    'volume seaworthy-r1-d0-database': 'made for the run',
    'image mine': 'sha256:1',
    'image other': 'not there',
  })
})

test('an engine that does not answer is told of in words', async () => {
  await expect(surveyEngine({ listContainers: async () => Promise.reject(new Error('connect ENOENT')) } as unknown as Docker, 'r1', [])).rejects.toThrow(/looking at what the engine has of the run r1/)
})
