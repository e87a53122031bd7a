import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { listProcesses, commandLineOf, onLinux } from '../operating-system/process-table.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

test.runIf(onLinux).each([['SIGINT', 130], ['SIGTERM', 143]] as const)('torture that is told to end by %s ends its runs, leaves nothing and ends with %i', async (signal, exitCode) => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-tt-'))
  chmodSync(folder, 0o711) // the database runs as another user
  const runsThere = (): readonly string[] => listProcesses().map(commandLineOf).filter((line) => line.includes(folder))
  const child = spawn(process.execPath, [join(root, 'scripts/torture.js'), '--apart', '--times', '3', '--kinds', 'output,SIGTERM', '--only', 'DRAIN', '--within-ms', '60000', '--together'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  try {
    const [own = ''] = await expect.poll(() => readdirSync(folder), { timeout: 15_000 }).toHaveLength(1).then(() => readdirSync(folder))
    // Each has a state folder for both runs, with a reaper and a deployment.
    const deployments = (): readonly string[] => statesIn(join(folder, own))
    await expect.poll(() => deployments().length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0)
    expect(runsThere()).not.toEqual([])
    child.kill(signal)
    expect(await ended).toEqual([exitCode, null])
    expect(runsThere()).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)

/** Deployments of runs that have their reaper. */
function statesIn(temporary: string): readonly string[] {
  const below = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [])
  const runs = below(temporary).filter((path) => path.includes('/seaworthy-')).flatMap(below).filter((path) => existsSync(join(path, 'reaper.json')) && readFileSync(join(path, 'reaper.json'), 'utf8') !== '')
  return runs.flatMap(below).filter((path) => /\/d\d+$/.test(path))
}
