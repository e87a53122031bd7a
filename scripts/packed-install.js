// Packs the package, installs it in an empty folder and runs it there as a user would.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-packed-'))
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder, '--loglevel=error'], root))
  console.log(`packed ${packed.filename}: ${packed.entryCount} files, ${Math.round(packed.size / 1024)} kB`)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed.filename)], folder)
  const only = process.argv[2] ?? 'DRAIN-03'
  execFileSync('npx', ['seaworthy', 'run', '--only', only], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  const report = JSON.parse(readFileSync(join(folder, 'seaworthy-runs/latest/run.json'), 'utf8'))
  if (report.exitCode !== 0) throw new Error(`the run in an empty folder ended with ${report.exitCode}: ${report.verdict}`)
  console.log(`installed and run in an empty folder: ${report.verdict}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
