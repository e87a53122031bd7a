import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProcessRecord, readProcessRecord } from './process-record.js'
import { onLinux, readProcess } from './process-table.js'
import { listSharedMemory, parseSharedMemory, removeOrphanedSharedMemory, removeUnmappedSharedMemory, sharedMemoryKeysOf, SharedMemoryWatch } from './shared-memory.js'

test('parseSharedMemory finds columns by name', () => {
  const text = [
    '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap',
    '  84018905      65540   600                    56  4711  4712      6    70    70    70    70 1763917900          0 1763917899                  4096                     0',
    '',
  ].join('\n')
  expect(parseSharedMemory(text)).toEqual([{ id: 65_540, key: 84_018_905, creatorPid: 4_711, attached: 6, changedAtMs: 1_763_917_899_000 }])
})

/** Makes a segment and ends, as a killed service would. */
async function makeSegment(): Promise<{ readonly id: number; readonly creatorPid: number }> {
  const child = spawn('ipcmk', ['-M', '56'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await once(child.stdout, 'data')
  return { id: Number(/(\d+)\s*$/.exec(String(output))?.[1]), creatorPid: child.pid! }
}
/** Node.js cannot map a file. */
const hasPython = spawnSync('python3', ['--version']).status === 0
const exists = (id: number): boolean => listSharedMemory().some((segment) => segment.id === id)

test.runIf(onLinux)('removes segments of the given creators only, and none that are older than the run', async () => {
  const [ours, foreign] = [await makeSegment(), await makeSegment()]
  try {
    const sinceMs = Date.now() - 10_000
    expect(await removeOrphanedSharedMemory(new Set([ours.creatorPid]), { sinceMs: Date.now() + 60_000 })).toEqual([])
    expect(await removeOrphanedSharedMemory(new Set([ours.creatorPid]), { sinceMs })).toEqual([`shared memory segment ${ours.id}`])
    expect([exists(ours.id), exists(foreign.id)]).toEqual([false, true])
    const keyed = await makeSegment()
    const keys = new Set(listSharedMemory().filter(({ id }) => id === keyed.id).map(({ key }) => key))
    expect(await removeOrphanedSharedMemory(new Set(), { sinceMs, keys })).toEqual([`shared memory segment ${keyed.id}`])
    expect(exists(foreign.id)).toBe(true)
  } finally {
    execFileSync('ipcrm', ['-m', String(foreign.id)])
  }
})

test.runIf(onLinux)('a watch tells of each segment once', async () => {
  const watch = new SharedMemoryWatch()
  watch.fresh()
  const { id, creatorPid } = await makeSegment()
  try {
    expect(watch.fresh()).toContainEqual(expect.objectContaining({ id, creatorPid }))
    expect(watch.fresh().map((segment) => segment.id)).not.toContain(id)
  } finally {
    execFileSync('ipcrm', ['-m', String(id)])
  }
  expect(watch.fresh().map((segment) => segment.id)).not.toContain(id)
})

test('the keys of a folder are the inodes of it and of the folders in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-keys-'))
  const inner = join(folder, 'data', 'cluster')
  mkdirSync(inner, { recursive: true })
  const keyOf = (path: string): number => Number(BigInt.asIntN(32, statSync(path, { bigint: true }).ino))
  try {
    expect([...sharedMemoryKeysOf(folder)].sort()).toEqual([keyOf(folder), keyOf(join(folder, 'data')), keyOf(inner)].sort())
    expect([...sharedMemoryKeysOf(join(folder, 'nothing'))]).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.runIf(onLinux && hasPython)('a record keeps processes and what they mapped; files in /dev/shm go when nobody maps them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-record-'))
  const file = `/dev/shm/sw-test-${process.pid}`
  writeFileSync(file, 'x'.repeat(4_096))
  const program = 'import mmap, sys; f = open(sys.argv[1], "r+b"); m = mmap.mmap(f.fileno(), 0); print("mapped", flush=True); sys.stdin.read()'
  const child = spawn('python3', ['-c', program, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    const record = new ProcessRecord(join(folder, 'record'))
    const entry = readProcess(child.pid!)!
    record.add([{ ...entry, pid: process.pid }]) // somebody else is looked at first
    record.add([entry])
    record.add([entry])
    writeFileSync(join(folder, 'record'), '{"pid": 12, "star', { flag: 'a' })
    const known = readProcessRecord(join(folder, 'record'))
    expect(known).toEqual({ processes: [process.pid, entry.pid].map((pid) => ({ pid, startTime: entry.startTime })), sharedMemoryFiles: [file] })

    const files = new Set(known.sharedMemoryFiles)
    expect(removeUnmappedSharedMemory(files, { sinceMs: Date.now() - 10_000 })).toEqual([])
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(removeUnmappedSharedMemory(files, { sinceMs: Date.now() + 60_000 })).toEqual([])
    expect(removeUnmappedSharedMemory(files, { sinceMs: Date.now() - 10_000 })).toEqual([`shared memory ${file}`])
    expect(existsSync(file)).toBe(false)
  } finally {
    child.kill('SIGKILL')
    rmSync(file, { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
})
