// Known vulnerabilities in what users install, as the registry knows them today.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** `{ unknown }`, with why, where the registry gives no answer: that says nothing about the packages. */
export function knownVulnerabilities() {
  const { stdout, error, signal } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8', timeout: 120_000, shell: process.platform === 'win32' })
  const answer = parsed(stdout ?? '')
  const counts = answer.metadata?.vulnerabilities
  if (counts === undefined) return { unknown: answer.error?.summary || answer.message || error?.message || `npm ended by ${signal ?? 'itself'} and said nothing` }
  const lines = Object.entries(answer.vulnerabilities ?? {}).map(([name, { severity, range, fixAvailable }]) => `${severity}: ${name} ${range}${fixAvailable === false ? ', no fix yet' : ''}`)
  return { total: counts.total, grave: counts.high + counts.critical, lines }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
