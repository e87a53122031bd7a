import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readJournal } from './journal.js'
import { journalPath } from './run-registry.js'

/** Nothing of a run may be there longer than ten seconds after its harness. */
const programMs = 9_000

/**
 * Runs the programs that the journal names, all at once: they end what is not a process of this machine, such as
 * containers. Resolves to what is still there.
 */
export async function runPrograms(directory: string): Promise<string[]> {
  const entries = readJournal(journalPath(directory)).open.flatMap((entry) => (entry.kind === 'program' ? [entry] : []))
  const each = new Map(entries.map((entry) => [JSON.stringify([entry.path, ...entry.parameters]), entry]))
  const left = await Promise.all([...each.values()].map(async ({ path, parameters, what }) => ((await succeeds(path, parameters)) ? [] : [what])))
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
