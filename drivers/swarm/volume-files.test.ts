import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JournalEntry } from '../../core/driver.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { ownProgram } from '../../operating-system/own-program.js'
import { dataFolderOf } from './data-folder.js'
import type { PlannedService } from './plan-stack.js'
import { Machine } from './stack-machine.test-support.js'
import { stackLabel, type Engine, type ServiceMount } from './stack-services.js'
import { VolumeFiles } from './volume-files.js'

let folder: string
let kept: string
let open: Map<number, JournalEntry>
const content = 'one\ntwo\n'
const text = (): string => readFileSync(join(folder, 'notes.journal'), 'latin1')
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sw-volume-')))
  writeFileSync(join(folder, 'notes.journal'), content)
  kept = `${folder}.damages`
  open = new Map()
})
afterEach(() => {
  for (const path of [folder, kept]) rmSync(path, { recursive: true, force: true })
})

const journal = {
  record: (entry: JournalEntry): number => {
    open.set(open.size + 1, entry)
    return open.size
  },
  done: (id: number): void => void open.delete(id),
}
/** A machine whose replica-0 is the component; it is kept down, as the scenario does it. */
async function heldDown(): Promise<{ readonly machine: Machine; readonly files: VolumeFiles }> {
  const files = new VolumeFiles({ component: 'replica-0', folder }, journal, kept)
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
    expect([text(), open.size]).toEqual(['o\u0091e\ntw', 1])
    files.takeBack()
    expect([text(), open.size, existsSync(kept)]).toEqual([content, 0, false])
  })
  test('are made whole by the program of the journal, which was written down before', async () => {
    const { machine } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    // Near the end of what is left: only in the reverse order each file is as its damage left it.
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'overwrite', fromByte: 5, bytes: 1 })
    expect([open.size, (statSync(kept).mode & 0o777).toString(8)]).toEqual([1, '600'])
    const [entry] = open.values()
    if (entry?.kind !== 'program') throw new Error('expected a program')
    expect(entry.path).toBe(ownProgram(import.meta.url, 'restore-volume-file'))
    expect(entry.parameters).toEqual([kept])
    const built = join(import.meta.dirname, '../../dist/drivers/swarm/restore-volume-file.js')
    for (const _twice of [1, 2]) expect(spawnSync(process.execPath, [built, ...entry.parameters]).status).toBe(0)
    expect(text()).toBe(content)
    expect(existsSync(kept)).toBe(false)
    writeFileSync(kept, '{')
    expect(spawnSync(process.execPath, [built, kept]).status).toBe(1)
  })
  test('the scenario may take a damage back itself', async () => {
    const { machine } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'append', bytes: 3 })
    expect(await machine.controls.undoDataDamage('replica-0')).toBe('taken-back')
    expect([text(), open.size]).toEqual([content, 0])
    await expect(machine.controls.undoDataDamage('replica-0')).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
  })
  test('what the component has repaired is told as that, and what it has changed is not called taken back', async () => {
    const { machine, files } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    writeFileSync(join(folder, 'notes.journal'), 'one\n')
    expect([await machine.controls.undoDataDamage('replica-0'), open.size]).toEqual(['repaired', 0])
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 2 })
    appendFileSync(join(folder, 'notes.journal'), 'more')
    await expect(machine.controls.undoDataDamage('replica-0')).rejects.toMatchObject({ code: 'SW_NOT_DONE', message: expect.stringMatching(/changed since/) })
    files.takeBack()
    expect([text(), open.size]).toEqual(['onmore', 0])
  })
  test('a damage that could not be taken back is tried again at the end, and stays in the journal until it is', async () => {
    const { machine, files } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    renameSync(folder, `${folder}.away`)
    symlinkSync(`${folder}.away`, folder) // a path over a link is not followed
    await expect(machine.controls.undoDataDamage('replica-0')).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(() => files.takeBack()).toThrow(expect.objectContaining({ code: 'SW_NOT_RESTORED' }))
    expect([open.size, existsSync(kept)]).toEqual([1, true])
    rmSync(folder)
    renameSync(`${folder}.away`, folder)
    files.takeBack()
    expect([text(), open.size, existsSync(kept)]).toEqual([content, 0, false])
  })
  test('only the damages of the target are taken back', async () => {
    const { machine, files } = await heldDown()
    await machine.controls.damageDataFile('replica-0', 'notes.journal', { kind: 'truncate', toBytes: 6 })
    const place = { ...machine.place('replica-0'), name: 'other' }
    await expect(files.controls(() => place).undoDataDamage!('other')).rejects.toMatchObject({ code: 'SW_NOT_DONE' })
    expect(text()).toBe('one\ntw')
  })
  test('are not touched while it runs or is about to, nor those of another one, nor over a link', async () => {
    const files = new VolumeFiles({ component: 'replica-0', folder }, journal, kept)
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
  const service = (mounts: readonly ServiceMount[], name = 'shop_notes') => ({ Name: name, TaskTemplate: { ContainerSpec: { Mounts: mounts } } })
  interface Others { readonly services?: readonly object[]; readonly containers?: readonly object[] }
  const found = (mounts: readonly ServiceMount[], inspected: object = {}, { services = [], containers = [] }: Others = {}) => {
    const docker = { listServices: async () => [{ ID: 'notes' }, ...services].map((one) => ({ Spec: service([volume()]), ...one })), listContainers: async () => [{ Id: 'own', Labels: {} }, ...containers], getVolume: () => ({ inspect: async () => ({ Driver: 'local', Options: null, Labels: { [stackLabel]: 'shop' }, Mountpoint: folder, ...inspected }) }) } as unknown as Engine
    const planned = { component: { name: 'notes' }, swarmService: { ID: 'notes', Spec: service(mounts) }, tasks: [{ arrival: { id: 'own' } }] } as unknown as PlannedService
    return dataFolderOf(docker, { data: { files: { component: 'notes' } }, target: { swarm: { stack: 'shop' } } } as unknown as ServiceDescriptor, [{} as PlannedService, planned])
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
    [[volume()], { Labels: null }, /not the stack's own \(no label/],
    [[volume()], { Labels: { [stackLabel]: 'other' } }, /belongs to the stack other/],
    [[volume()], { Mountpoint: '/nowhere/at/all' }, /may not open \/nowhere/],
  ])('is told why it is out of reach: %j %j', async (mounts, inspected, problem) => {
    expect(await found(mounts, inspected)).toEqual({ component: 'notes', problem: expect.stringMatching(problem) })
  })
  test('is out of reach where another service or a container mounts it', async () => {
    const others = { services: [{ ID: 'reports', Spec: service([volume({ ReadOnly: true })], 'shop_reports') }, { ID: 'api', Spec: service([volume({ Source: 'else' })], 'shop_api') }] }
    expect(await found([volume()], {}, others)).toMatchObject({ problem: 'the volume shop_notes is mounted by the service shop_reports as well' })
    const containers = [{ Id: 'c1', Names: ['/backup'], Labels: {} }, { Id: 'c2', Names: ['/newer'], Labels: { 'com.docker.swarm.service.id': 'notes' } }]
    expect(await found([volume()], {}, { containers })).toMatchObject({ problem: 'the volume shop_notes is mounted by the container backup as well' })
  })
  test('is looked for only where its files are declared', async () => {
    expect(await dataFolderOf({} as Engine, { data: {} } as unknown as ServiceDescriptor, [])).toBeUndefined()
  })
})
