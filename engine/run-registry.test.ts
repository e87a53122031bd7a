import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { processStartTime } from '../operating-system/process-table.js'
import { closeRun, defaultStateDirectory, deploymentDirectory, listRuns, lives, newRunId, openRun } from './run-registry.js'

let folder: string
let state: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-registry-'))
  state = join(folder, 's')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a run', () => {
  test('is registered with its owner, and goes with its folder and the last one with the folder above', () => {
    const [one, other] = [openRun('one', state), openRun('other', state)]
    expect(listRuns(state).map((run) => run.runId).sort()).toEqual(['one', 'other'])
    expect(listRuns(state)[0]).toMatchObject({ owner: { pid: process.pid, startTime: processStartTime(process.pid) }, reaper: null })
    expect(listRuns(state).every((run) => lives(run.owner))).toBe(true)
    one.journal.record({ kind: 'undo', fault: 'x', target: 'y' })
    closeRun(one)
    closeRun(one)
    expect(listRuns(state).map((run) => run.runId)).toEqual(['other'])
    closeRun(other)
    expect(existsSync(state)).toBe(false)
    expect(listRuns(state)).toEqual([])
  })

  test('can be passed through by another user, whatever the umask', () => {
    const umask = process.umask(0o077)
    try {
      const run = openRun('one', state)
      const deployment = deploymentDirectory(run, '1')
      expect([state, run.directory, deployment].map((path) => statSync(path).mode & 0o777)).toEqual([0o711, 0o711, 0o711])
      closeRun(run)
    } finally {
      process.umask(umask)
    }
  })

  test('is registered once', () => {
    const run = openRun('one', state)
    expect(() => openRun('one', state)).toThrow(expect.objectContaining({ code: 'SW_RUN_EXISTS' }))
    expect(listRuns(state)).toHaveLength(1)
    closeRun(run)
  })

  test('is nobody\'s leftover while its folder is being prepared', () => {
    const run = openRun('one', state)
    const prepared = mkdtempSync(join(state, 'new-'))
    expect(listRuns(state).map(({ runId }) => runId)).toEqual(['one'])
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] })
    try {
      expect(listRuns(state)).toContainEqual({ runId: basename(prepared), directory: prepared, owner: null, reaper: null })
    } finally {
      vi.useRealTimers()
      closeRun(run)
    }
  })

  test.each(['', '..', 'a/b', 'x'.repeat(33), '-a'])('cannot be called %j', (runId) => {
    expect(() => openRun(runId, state)).toThrow(expect.objectContaining({ code: 'SW_RUN_ID' }))
  })

  test('has an id that leaves room for the path of a socket', () => {
    expect(newRunId()).toMatch(/^[a-z0-9]{8,12}$/)
    expect(newRunId()).not.toBe(newRunId())
    expect(defaultStateDirectory()).toContain(`seaworthy-${process.getuid?.()}`)
  })
})

describe('a state folder is refused that', () => {
  const refused = expect.objectContaining({ code: 'SW_STATE_FOLDER_UNSAFE' })
  test('is a symbolic link', () => {
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), state)
    expect(() => openRun('one', state)).toThrow(refused)
    expect(() => listRuns(state)).toThrow(refused)
  })

  test('is no folder', () => {
    writeFileSync(state, '')
    expect(() => openRun('one', state)).toThrow(refused)
  })

  test('others may write to', () => {
    mkdirSync(state)
    chmodSync(state, 0o777)
    expect(() => openRun('one', state)).toThrow(refused)
  })

  test('belongs to another user', () => {
    // /etc is root's; for root itself a folder is given away.
    const foreign = process.getuid?.() === 0 ? giveAway(state) : '/etc'
    expect(() => openRun('one', foreign)).toThrow(refused)
  })
})

function giveAway(path: string): string {
  mkdirSync(path)
  chownSync(path, 65_534, 65_534)
  return path
}
