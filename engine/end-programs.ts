import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { JournalEntry } from '../core/driver.js'
import { markDone, readJournal } from './journal.js'
import { journalPath } from './run-registry.js'

/** Nothing of a run may be there longer than ten seconds after its harness. */
const programMs = 9_000

/**
 * Runs the programs that the journal names, all at once: they end what is not a process of this machine, such as
 * containers. Resolves to what is still there. What has been done is not done again when somebody tries the rest later:
 * the user may have changed by then what was put back.
 */
export async function runPrograms(directory: string): Promise<string[]> {
  const journal = journalPath(directory)
  const alike = new Map<string, (JournalEntry & { readonly kind: 'program'; readonly id: number })[]>()
  for (const entry of readJournal(journal).open) {
    if (entry.kind !== 'program') continue
    const key = JSON.stringify([entry.path, ...entry.parameters])
    alike.set(key, [...(alike.get(key) ?? []), entry])
  }
  const left = await Promise.all([...alike.values()].map(async (same) => {
    const [entry] = same
    if (entry === undefined) return []
    if (!(await succeeds(entry.path, entry.parameters))) return [entry.what]
    markDone(journal, same.map(({ id }) => id))
    return []
  }))
  return left.flat()
}

/** The journal is in a folder that only this user can change. A program that is gone cannot have ended anything. */
async function succeeds(path: string, parameters: readonly string[]): Promise<boolean> {
  if (!existsSync(path)) return false
  const child = spawn(process.execPath, [path, ...parameters], { cwd: '/', env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), programMs)
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('exit', (exitCode) => resolve(exitCode))
  })
  clearTimeout(timer)
  return code === 0
}
