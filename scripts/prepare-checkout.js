// Installs and builds what a fresh clone lacks, and says so. Plain JavaScript without dependencies: it runs first.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sourceRooms = ['bin', 'core', 'engine', 'drivers', 'operating-system', 'suites', 'reports', 'reference-service', 'bench']

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`seaworthy needs Node.js 20.19 or newer, found ${process.version}`)
  process.exit(64)
}

const modifiedMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0)

function newestSourceMs(folder) {
  let newest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) newest = Math.max(newest, newestSourceMs(path))
    else if (entry.name.endsWith('.ts')) newest = Math.max(newest, modifiedMs(path))
  }
  return newest
}

function run(what, command, args) {
  console.error(`seaworthy: ${what} ...`)
  const startedAt = Date.now()
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell })
  if (status !== 0) {
    console.error(`seaworthy: ${what} failed (${command} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`})`)
    process.exit(70)
  }
  console.error(`seaworthy: ${what} took ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

const installed = join(root, 'node_modules', '.package-lock.json')
if (modifiedMs(installed) < modifiedMs(join(root, 'package-lock.json'))) {
  run('installing packages from the lock file', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

const stamp = join(root, 'dist', 'tsconfig.build.tsbuildinfo')
const newest = Math.max(modifiedMs(join(root, 'tsconfig.json')), modifiedMs(join(root, 'tsconfig.build.json')), modifiedMs(installed), ...sourceRooms.map((room) => (existsSync(join(root, room)) ? newestSourceMs(join(root, room)) : 0)))
if (modifiedMs(stamp) < newest) {
  run('compiling', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')])
}

const bundled = join(root, 'dist', 'reference', 'THIRD-PARTY-LICENSES.txt') // written last
const bundler = join(root, 'scripts', 'bundle-reference.js')
if (modifiedMs(bundled) < Math.max(modifiedMs(stamp), modifiedMs(bundler), modifiedMs(join(root, 'reference-service', 'seaworthy.yaml')))) {
  run('bundling the reference service', process.execPath, [bundler])
}
