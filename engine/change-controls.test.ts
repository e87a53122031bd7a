import { expect, test } from 'vitest'
import type { DeploymentControls, FileDamage } from '../core/driver.js'
import { changeControls } from './change-controls.js'
import { Interventions } from './recorded-intervention.js'
import type { ScenarioWorld } from './scenario-world.js'

/** A file in memory, and a driver that says it damaged it and did `doing` to it. */
async function damaged(damage: FileDamage, doing: (bytes: Buffer) => Buffer, undo?: DeploymentControls['undoDataDamage']) {
  let bytes: Buffer = Buffer.from('one two three')
  const recorded: { readonly name?: string; readonly phase?: string; readonly witness?: string; readonly detail?: object; readonly error?: string }[] = []
  const controls: DeploymentControls = {
    listDataFiles: async () => [{ path: 'a', bytes: bytes.length }],
    readDataFile: async (_target, _path, region) => ({ size: bytes.length, bytes: bytes.subarray(region.fromByte, region.fromByte + region.bytes) }),
    damageDataFile: async () => void (bytes = doing(Buffer.from(bytes))),
    ...(undo === undefined ? {} : { undoDataDamage: undo }),
  }
  const world = { deployment: { controls }, clock: () => 0, record: (event: object) => void recorded.push(event) } as unknown as ScenarioWorld
  const file = await changeControls(world, new Interventions(world), () => {}).damageDataFile('store', /./, damage, 'one')
  return { file, recorded, witness: recorded.find(({ phase }) => phase === 'witnessed')?.witness }
}
const flip = { kind: 'overwrite', fromByte: 4, bytes: 1 } as const

test('a damage is witnessed in the file, not in its size', async () => {
  const inverted = (bytes: Buffer): Buffer => bytes.fill(bytes[4]! ^ 0xff, 4, 5)
  expect((await damaged(flip, inverted)).witness).toBe('a had 13 bytes, has 13; overwrite of byte 4: 74 is 8b now')
  expect((await damaged({ kind: 'truncate', toBytes: 5 }, (bytes) => bytes.subarray(0, 5))).witness).toBe('a had 13 bytes, has 5; truncate')
  expect((await damaged({ kind: 'append', bytes: 2 }, (bytes) => Buffer.concat([bytes, Buffer.alloc(2)]))).witness).toBe('a had 13 bytes, has 15; append')
})
test.each<FileDamage>([flip, { kind: 'truncate', toBytes: 5 }, { kind: 'append', bytes: 2 }])('a damage that changed nothing has no witness: %j', async (damage) => {
  expect((await damaged(damage, (bytes) => bytes)).witness).toBeUndefined()
})
test('what became of a damage that is taken back is told, and that it stays is a failure', async () => {
  const { file, recorded } = await damaged(flip, (bytes) => bytes, async () => 'repaired')
  await file.undo?.()
  expect(recorded.find(({ name, phase }) => name === 'undo-damage' && phase === 'acknowledged')?.detail).toEqual({ found: 'repaired' })
  const stays = await damaged(flip, (bytes) => bytes, () => Promise.reject(new Error('it has been changed since')))
  await expect(stays.file.undo?.()).rejects.toThrow(/changed since/)
  expect(stays.recorded.at(-1)).toMatchObject({ name: 'undo-damage', phase: 'failed', error: 'it has been changed since' })
})
