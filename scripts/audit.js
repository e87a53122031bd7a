// Known vulnerabilities in what users install. A registry that gives no answer is said, and fails nothing: it says nothing about the packages.
import { spawnSync } from 'node:child_process'

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8', timeout: 120_000, shell: process.platform === 'win32' })
let answer
try {
  answer = JSON.parse(stdout)
} catch {
  answer = {}
}
const counts = answer.metadata?.vulnerabilities
if (counts === undefined) {
  console.log(`NOT AUDITED: the registry gave no answer (${answer.error?.summary ?? answer.message ?? 'nothing was said'})`)
  process.exit(0)
}
for (const [name, { severity, range, fixAvailable }] of Object.entries(answer.vulnerabilities ?? {})) console.log(`${severity}: ${name} ${range}${fixAvailable === false ? ', no fix yet' : ''}`)
console.log(`${counts.total} known vulnerabilities in what users install, ${counts.high + counts.critical} of them high or critical`)
process.exit(counts.high + counts.critical > 0 ? 1 : 0)
