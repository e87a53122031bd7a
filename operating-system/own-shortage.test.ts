import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isShortage, noteShortage, onShortage } from './own-shortage.js'
import { onLinux } from './process-table.js'

test('shortages of our own are told, ordinary failures are not, and nobody is told after the end', () => {
  const told: string[] = []
  const end = onShortage((code) => told.push(code))
  for (const code of ['ECONNREFUSED', 'EMFILE', undefined, 'ECONNRESET', 'ENFILE']) noteShortage({ code })
  noteShortage(undefined)
  end()
  noteShortage({ code: 'EMFILE' })
  expect(told).toEqual(['EMFILE', 'ENFILE'])
})

test('what is short is told from what is not there', () => {
  const withCode = (code: string): Error => Object.assign(new Error(code), { code })
  expect(['EMFILE', 'EAGAIN', 'ENOSPC', 'ENOMEM', 'ENOENT', 'ECONNREFUSED'].map((code) => isShortage(withCode(code)))).toEqual([true, true, true, true, false, false])
  expect([isShortage(undefined), isShortage('EMFILE'), isShortage(new Error('EMFILE'))]).toEqual([false, false, false])
})

/** Opens whatever it may, and looks then. */
const lookingProgram = `
import { openSync } from 'node:fs'
const [folder, file] = process.argv.slice(1)
const [table, record, memory, found] = await Promise.all(['process-table', 'process-record', 'shared-memory', 'run-processes'].map((name) => import(folder + name + '.js')))
const looks = {
  processes: () => table.listProcesses(),
  started: () => table.processStartTime(process.pid),
  alive: () => table.isAlive(1, 'then'),
  record: () => record.readProcessRecord(file),
  segments: () => memory.listSharedMemory(),
  mapped: () => memory.mappedSharedMemoryOf(process.pid),
  environment: () => found.processesWithMarker('x', [{ pid: process.pid }]),
}
try {
  for (;;) openSync('/dev/null')
} catch {}
console.log(JSON.stringify(Object.entries(looks).map(([name, look]) => {
  try {
    return name + ' ' + JSON.stringify(look())
  } catch (error) {
    return name + ' ' + error.code
  }
})))
`

test.runIf(onLinux)('who has no descriptor left does not take for gone what it cannot look at', () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '../dist/operating-system/')
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', lookingProgram, folder, join(folder, 'process-record.js')], { encoding: 'utf8' })
  expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual(['processes EMFILE', 'started null', 'alive EMFILE', 'record EMFILE', 'segments EMFILE', 'mapped EMFILE', 'environment EMFILE'])
})

test.runIf(onLinux && spawnSync('prlimit', ['--version']).status === 0)('a limit of files that was lowered is told: what was started since has it too', () => {
  const program = `
import { execFileSync } from 'node:child_process'
const { loweredDescriptorLimit } = await import(process.argv[1])
const before = loweredDescriptorLimit()
execFileSync('prlimit', ['--pid', String(process.pid), '--nofile=100'])
process.stdout.write(JSON.stringify([before ?? null, loweredDescriptorLimit() ?? null]))
`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, join(dirname(fileURLToPath(import.meta.url)), '../dist/operating-system/own-shortage.js')], { encoding: 'utf8' })
  expect(JSON.parse(stdout || '[]'), stderr).toEqual([null, { from: expect.any(Number) as number, to: 100 }])
})
