import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { component, controlsOf, descriptor, idle, testRun, type Controls, type TestRun } from './deployment.test-support.js'

let run: TestRun
let controls: Controls
let folder: string
beforeAll(async () => {
  run = testRun()
  const components = [component('store'), component('failing', { ...idle, command: ['sh', '-c', 'exit 1'] })]
  const deployment = await run.deploy(descriptor({ components }))
  controls = controlsOf(deployment)
  folder = join(run.directory, '1/data/store')
  mkdirSync(join(folder, 'base/1'), { recursive: true })
  writeFileSync(join(run.directory, 'outside'), 'outside')
  symlinkSync(join(run.directory, 'outside'), join(folder, 'link'))
  symlinkSync(run.directory, join(folder, 'base/linked'))
})
afterAll(() => run.end())

const write = (path: string, text: string): void => writeFileSync(join(folder, path), text)
const read = (path: string): Buffer => readFileSync(join(folder, path))
const notDone = expect.objectContaining({ code: 'SW_NOT_DONE' })

test('nothing is listed or damaged of a target that runs, is about to, or is unknown', async () => {
  write('base/1/a', 'text')
  for (const target of ['store', 'absent']) {
    await expect(controls.listDataFiles(target, /./)).rejects.toEqual(notDone)
    await expect(controls.readDataFile(target, 'base/1/a', { fromByte: 0, bytes: 1 })).rejects.toEqual(notDone)
    await expect(controls.damageDataFile(target, 'base/1/a', { kind: 'truncate', toBytes: 0 })).rejects.toEqual(notDone)
  }
  await expect.poll(() => run.eventsOf('process-exited', 'failing').length, { timeout: 15_000, interval: 20 }).toBeGreaterThan(2)
  await expect(controls.listDataFiles('failing', /./)).rejects.toEqual(notDone)
  expect(String(read('base/1/a'))).toBe('text')
})

describe('of a stopped target', () => {
  beforeAll(async () => {
    await controls.stop('store', { signal: 'SIGTERM', graceMs: 5_000 })
  })

  test('plain files are listed by their path', async () => {
    write('base/1/a', 'text')
    write('base/1/b', 'longer')
    write('top', '')
    expect(await controls.listDataFiles('store', /^base\/\d\//g)).toEqual([{ path: 'base/1/a', bytes: 4 }, { path: 'base/1/b', bytes: 6 }])
    expect((await controls.listDataFiles('store', /./)).map((one) => one.path)).toEqual(['base/1/a', 'base/1/b', 'top'])
  })

  test('a file is cut, overwritten or lengthened in place', async () => {
    write('a', 'abcdefghij')
    await controls.damageDataFile('store', 'a', { kind: 'truncate', toBytes: 6 })
    expect(String(read('a'))).toBe('abcdef')
    await controls.damageDataFile('store', 'a', { kind: 'overwrite', fromByte: 2, bytes: 3 })
    expect(read('a').toString('latin1')).toBe('ab\x9c\x9b\x9af')
    await controls.damageDataFile('store', 'a', { kind: 'overwrite', fromByte: 5, bytes: 1_000 })
    expect(read('a').toString('latin1')).toBe('ab\x9c\x9b\x9a\x99')
    expect(await controls.readDataFile('store', 'a', { fromByte: 4, bytes: 10 })).toEqual({ size: 6, bytes: Buffer.from([0x9a, 0x99]) })
    await controls.damageDataFile('store', 'a', { kind: 'append', bytes: 123_457 })
    expect(read('a')).toHaveLength(6 + 123_457)
    expect(read('a').subarray(6 + 120_000, 6 + 120_005).toString('hex')).toBe('ffdeadbeef')
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(read('a'))).toThrow()
  })

  test('what would change nothing is not called damage', async () => {
    write('a', 'abc')
    const nothing = [{ kind: 'truncate', toBytes: 3 }, { kind: 'truncate', toBytes: -1 }, { kind: 'overwrite', fromByte: 3, bytes: 1 }, { kind: 'overwrite', fromByte: 0, bytes: 0 }, { kind: 'append', bytes: 0 }] as const
    for (const damage of nothing) await expect(controls.damageDataFile('store', 'a', damage)).rejects.toEqual(notDone)
    expect(String(read('a'))).toBe('abc')
  })

  test('no path leads out of the data folder', async () => {
    const outside = join(run.directory, 'outside')
    for (const path of ['../../../outside', outside, 'link', 'base/linked/outside', 'base/../../../../outside', '.', 'base', 'absent', '']) {
      await expect(controls.damageDataFile('store', path, { kind: 'truncate', toBytes: 0 }), path).rejects.toEqual(notDone)
    }
    expect(readFileSync(outside, 'utf8')).toBe('outside')
  })
})
