// Packs the package, installs it in an empty vitest project, and sees describeConformance pass on a good service and fail on a bad one.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-vitest-'))
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/** Serves one GET. With a handler it answers what it has accepted before it ends. */
const server = `
import { createServer } from 'node:http'
const server = createServer((request, response) => setTimeout(() => response.end('{}'), 20))
server.listen(Number(process.env.PORT), '127.0.0.1')
`
const descriptor = (restart) => `schema: seaworthy/v1
service: tried
target:
  kind: process
  replicas: { command: [node, server.js], env: { PORT: '{port}' }, restart: ${restart}, startAtBoot: true, count: 2 }
health: { readiness: /ready }
traffic: { read: { http: GET / } }
`
const tests = (name) => `
import { describeConformance } from 'seaworthy/vitest'
describeConformance({ descriptor: './${name}.yaml', only: ['START-02'], allow: 'destructive', output: './run-${name}' })
`

function runVitest(name) {
  const outputFile = join(folder, `${name}.json`)
  const { stdout, stderr } = spawnSync('npx', ['vitest', 'run', `${name}.test.js`, '--reporter=json', '--reporter=verbose', `--outputFile.json=${outputFile}`], { cwd: folder, encoding: 'utf8' })
  if (!existsSync(outputFile)) throw new Error(`vitest left no result of ${name}\n${stdout}\n${stderr}`)
  const { testResults } = JSON.parse(readFileSync(outputFile, 'utf8'))
  const states = Object.fromEntries(testResults.flatMap((one) => one.assertionResults).map(({ title, status }) => [title, status]))
  return { states, text: `${stdout}\n${stderr}` }
}

function expectStates(name, expected) {
  const { states, text } = runVitest(name)
  const found = JSON.stringify(states)
  if (found !== JSON.stringify(expected)) throw new Error(`${name}: found ${found}, expected ${JSON.stringify(expected)}\n${text}`)
  if (!/\d\.\d s killing/.test(text)) throw new Error(`${name}: the steps are not among the annotations\n${text}`)
  console.log(`${name}: ${found}`)
}

try {
  const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', folder, '--loglevel=error'], root))
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed.filename)], folder)
  if (existsSync(join(folder, 'node_modules', 'vitest'))) throw new Error('the package brings vitest along')
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', '--save-dev', `vitest@${devDependencies.vitest}`], folder)
  writeFileSync(join(folder, 'server.js'), server)
  for (const [name, restart] of [['good', 'always'], ['bad', 'never']]) {
    writeFileSync(join(folder, `${name}.yaml`), descriptor(restart))
    writeFileSync(join(folder, `${name}.test.js`), tests(name))
  }
  const title = 'START-02 The service comes back after its process dies (MUST)'
  const run = 'the run is complete and put everything back'
  expectStates('good', { [title]: 'passed', [run]: 'passed' })
  expectStates('bad', { [title]: 'failed', [run]: 'failed' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
