import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { dataFolderOf } from './data-folder.js'
import type { PlannedService } from './plan-stack.js'
import { Machine } from './stack-machine.test-support.js'
import type { Engine, ServiceMount } from './stack-services.js'
import { VolumeFiles } from './volume-files.js'

let folder: string
let open: Map<number, JournalEntry>
const content = 'one\ntwo\n'
const text = (): string => readFileSync(join(folder, 'notes.journal'), 'latin1')
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sw-volume-')))
  writeFileSync(join(folder, 'notes.journal'), content)
  open = new Map()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const journal = {
  record: (entry: JournalEntry): number => {
    open.set(open.size + 1, entry)
    return open.size
  },
  done: (id: number): void => void open.delete(id),
}
/** A machine whose replica-0 is the component; it is kept down, as the scenario does it. */
async function heldDown(): Promise<{ readonly machine: Machine; readonly files: VolumeFiles }> {
  const files = new VolumeFiles({ component: 'replica-0', folder }, journal)
  const machine = new Machine(1, files)
  await machine.controls.hold('replica-0')
  await machine.controls.kill(['replica-0'])
  return { machine, files }
}

describe('files of a component that is down', () => {
  test('are listed, damaged, and made whole again at the end', async () => {
    const { machine, files } = await heldDown()
    expect(await machine.controls.listDataFiles('replica-0', /journal$/)).toEqual([{ path: 'notes.journal', bytes: 8 }])
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'overwrite', fromByte: 1, bytes: 1 })
    expect([text(), open.size]).toEqual(['o\u00ffe\ntw', 2])
    files.takeBack()
    expect([text(), open.size]).toEqual([content, 0])
  })
  test('are made whole by the program of the journal, which was written down before', async () => {
    const { machine } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    const [entry] = open.values()
    if (entry?.kind !== 'program') throw new Error('expected a program')
    expect(entry.path).toBe(ownProgram(import.meta.url, 'restore-volume-file'))
    const built = join(import.meta.dirname, '../../dist/drivers/swarm/restore-volume-file.js')
    for (const _twice of [1, 2]) expect(spawnSync(process.execPath, [built, ...entry.parameters]).status).toBe(0)
    expect(text()).toBe(content)
    expect(spawnSync(process.execPath, [built, '{']).status).toBe(1)
  })
  test('the scenario may take a damage back itself', async () => {
    const { machine } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'append', bytes: 3 })
    await machine.controls.undoDataDamage('replica-0')
    expect([text(), open.size]).toEqual([content, 0])
  })
  test('are not touched while it runs or is about to, nor those of another one, nor over a link', async () => {
    const files = new VolumeFiles({ component: 'replica-0', folder }, journal)
    const machine = new Machine(2, files)
    const damage = { kind: 'truncate', toBytes: 1 } as const
    await expect(machine.controls.listDataFiles('replica-0', /./)).rejects.toThrow(/it running/)
    await machine.controls.kill(['replica-0'])
    await expect(machine.controls.damageDataFile('replica-0', 'notes.journal', damage)).rejects.toThrow(/about to be started/)
    await expect(machine.controls.listDataFiles('replica-1', /./)).rejects.toThrow(/another component/)
    const { machine: down } = await heldDown()
    symlinkSync('/etc/hostname', join(folder, 'link'))
    for (const path of ['link', '../x', 'none']) await expect(down.controls.damageDataFile('replica-0', path, damage), path).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect([text(), open.size]).toEqual([content, 0])
  })
  test('nothing is damaged that could not be put back', async () => {
    writeFileSync(join(folder, 'notes.journal'), 'x'.repeat(100_000))
    const { machine } = await heldDown()
    await expect(machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 0 })).rejects.toThrow(/more than 65536 bytes/)
    expect([text().length, open.size]).toEqual([100_000, 0])
  })
})

describe('the data folder of a component', () => {
  const volume = (mount: Partial<ServiceMount> = {}): ServiceMount => ({ Type: 'volume', Source: 'shop_notes', ...mount })
  const found = (mounts: readonly ServiceMount[], inspected: object = {}) => {
    const docker = { getVolume: () => ({ inspect: async () => ({ Driver: 'local', Options: null, Mountpoint: folder, ...inspected }) }) } as unknown as Engine
    const planned = { component: { name: 'notes' }, swarmService: { Spec: { TaskTemplate: { ContainerSpec: { Mounts: mounts } } } } } as unknown as PlannedService
    return dataFolderOf(docker, { data: { files: { component: 'notes' } } } as unknown as ServiceDescriptor, [{} as PlannedService, planned])
  }
  test('is its one named volume', async () => {
    expect(await found([volume(), { Type: 'bind', Source: '/etc' }, volume({ Source: 'certificates', ReadOnly: true })])).toEqual({ component: 'notes', folder })
  })
  test.each([
    [[], {}, /no named volume/],
    [[{ Type: 'volume' }], {}, /no named volume/],
    [[volume(), volume({ Source: 'other' })], {}, /2 named volumes/],
    [[volume({ Source: 'notes-{{.Task.Slot}}' })], {}, /one for each task/],
    [[volume({ VolumeOptions: { Subpath: 'a' } })], {}, /part of a volume/],
    [[volume()], { Driver: 'nfs' }, /no plain one/],
    [[volume()], { Options: { type: 'tmpfs', device: 'tmpfs' } }, /no plain one/],
    [[volume()], { Mountpoint: '/nowhere/at/all' }, /may not open \/nowhere/],
  ])('is told why it is out of reach: %j %j', async (mounts, inspected, problem) => {
    expect(await found(mounts, inspected)).toEqual({ component: 'notes', problem: expect.stringMatching(problem) })
  })
  test('is looked for only where its files are declared', async () => {
    expect(await dataFolderOf({} as Engine, { data: {} } as unknown as ServiceDescriptor, [])).toBeUndefined()
  })
})
