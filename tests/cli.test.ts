import { spawn } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}
interface Calling {
  readonly signalAfter?: { readonly signal: NodeJS.Signals; readonly said: RegExp }
  readonly environment?: NodeJS.ProcessEnv
}
function seaworthy(args: readonly string[], { signalAfter, environment }: Calling = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    let signalled = false
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (signalAfter === undefined || signalled || !signalAfter.said.test(out)) return
      signalled = true
      child.kill(signalAfter.signal)
    })
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

/** A one-replica service in a few lines; `body` decides what it does. */
function serviceFolder(name: string, body: string, more = ''): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'server.mjs'), body)
  writeFileSync(
    join(path, 'seaworthy.yaml'),
    `schema: seaworthy/v1
service: ${name}
target:
  kind: process
  disposable: true
  replicas: { count: 2, command: [node, server.mjs], env: { PORT: "{port}", NAME: "{instance}" }, restart: always, startAtBoot: true }
identity: { instance: header:x-instance }
balancer: { interval: 100ms, timeout: 200ms }
health: { readiness: /ready }
lifecycle: { startTimeout: 3s, stop: { grace: 3s } }
traffic: { read: { http: GET /items } }
${more}`,
  )
  return join(path, 'seaworthy.yaml')
}
const wellBehaved = `import { createServer } from 'node:http'
const server = createServer((request, response) => { response.setHeader('x-instance', process.env.NAME); response.end('{}') })
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`

function schemaOnly(): string {
  const path = mkdtempSync(join(folder, 'schema-only-'))
  writeFileSync(join(path, 'run.json'), '{"schema":"seaworthy-run/v1"}')
  writeFileSync(join(path, 'run-input.json'), '{"schema":"seaworthy-run-input/v1"}')
  return path
}

const savedSelftest = {
  schema: 'seaworthy-selftest/v1', randomSeed: 1, startedAt: '2026-01-01T00:00:00Z', durationMs: 1, clean: null,
  defects: [{ id: 'drain.kills-inflight', requirement: 'DRAIN-03', outcomes: { 'DRAIN-03': 'failed' }, run: 'drain.kills-inflight', attempts: 1, durationMs: 1 }],
}
function selftestFolder(report: unknown, name?: string): string {
  const path = name === undefined ? mkdtempSync(join(folder, 'selftest-')) : join(folder, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'selftest.json'), JSON.stringify(report))
  return path
}

describe('bad input: a clear error, exit 64, no stack trace', () => {
  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['no command', () => [], /SW_USAGE.*name a command/],
    ['an unknown command', () => ['rnu'], /SW_USAGE/],
    ['an unknown option', () => ['run', '--profil', 'quick'], /SW_USAGE.*profil/],
    ['an id that matches nothing', () => ['run', '--only', 'DRIAN-03'], /SW_SELECTION_EMPTY.*DRIAN-03.*did you mean DRAIN-03/],
    ['a selection of nothing', () => ['run', '--only', ''], /SW_USAGE.*--only: found an empty value/],
    ['a selection of a comma', () => ['run', '--only', ','], /SW_USAGE.*--only/],
    ['an empty selection of selftest', () => ['selftest', '--only', ''], /SW_USAGE.*--only/],
    ['an unknown driver', () => ['run', '--driver', 'nomad'], /SW_DRIVER_UNKNOWN.*process/],
    ['an unknown reporter', () => ['run', '--reporter', 'htlm'], /SW_REPORTER_UNKNOWN.*html, junit, json/],
    ['an unknown defect', () => ['run', '--defect', 'drain.kills-inflght'], /SW_DEFECT_UNKNOWN.*did you mean drain\.kills-inflight/],
    ['a defect with a descriptor of another service', () => ['run', serviceFolder('defective', wellBehaved), '--defect', 'drain.kills-inflight'], /SW_DEFECT_NEEDS_REFERENCE/],
    ['a number that is none', () => ['run', '--parallel', '0'], /--parallel.*from 1 to 16/],
    ['no such descriptor', () => ['run', 'nowhere.yaml'], /SW_DESCRIPTOR_UNREADABLE.*nowhere\.yaml/],
    ['an unknown key in a descriptor', () => ['run', serviceFolder('keyed', wellBehaved, 'balancr: { interval: 1s }\n')], /SW_DESCRIPTOR_INVALID[^]*keyed\/seaworthy\.yaml:12:1: balancr: unknown key, did you mean balancer/],
    ['a waiver that ran out', () => ['run', serviceFolder('waived', wellBehaved, 'waivers: [{ id: START-03, reason: "accepted until the rewrite is done", owner: me, until: 2020-01-01 }]\n')], /SW_WAIVER_EXPIRED.*START-03 ran out on 2020-01-01/],
    ['an override of nothing', () => ['run', serviceFolder('overridden', wellBehaved, 'overrides: { DRAIN-01: { first_fail_within: 1 } }\n')], /SW_OVERRIDE_UNKNOWN.*DRAIN-01\.first_fail_within/],
    ['a negated option', () => ['run', '--no-only'], /SW_USAGE.*no-only/],
    ['an option written twice', () => ['run', '--output', 'a', '--output', 'b'], /SW_USAGE.*--output: found 2 values/],
    ['an option without a value', () => ['run', '--output='], /SW_USAGE.*--output/],
    ['an id that matches nothing, without a second measurement', () => ['run', '--no-measure-again', '--only', 'NOPE-01'], /SW_SELECTION_EMPTY/],
    ['a seed of selftest that is none', () => ['selftest', '--random-seed', '-1'], /SW_USAGE.*--random-seed/],
    ['a run of only a schema', () => ['report', schemaOnly()], /SW_RUN_UNREADABLE.*run\.json/],
    ['an input of only a schema', () => ['recheck', schemaOnly()], /SW_RUN_UNREADABLE.*run-input\.json/],
    ['no such run', () => ['recheck', 'no-such-run'], /SW_RUN_UNREADABLE.*no-such-run/],
    ['no such run to compare with', () => ['diff', 'no-such-run', 'no-such-run'], /SW_RUN_UNREADABLE.*no-such-run/],
    ['no such run for a trend', () => ['trend', 'no-such-run'], /SW_RUN_UNREADABLE.*no-such-run/],
    ['no such baseline', () => ['run', '--baseline', 'no-such-run'], /SW_RUN_UNREADABLE.*no-such-run/],
    ['requests of no requirement', () => ['requests', 'no-such-run'], /SW_USAGE.*requirement/],
    ['requests of no such run', () => ['requests', 'no-such-run', '--requirement', 'DRAIN-03'], /SW_RUN_UNREADABLE.*no-such-run/],
    ['an unknown requirement', () => ['explain', 'DRAIN-3'], /SW_REQUIREMENT_UNKNOWN.*DRAIN-03/],
    ['no such selftest', () => ['selftest', '--recheck', 'no-such-selftest'], /SW_RUN_UNREADABLE.*no-such-selftest/],
    ['a selftest of only a schema', () => ['selftest', '--recheck', selftestFolder({ schema: 'seaworthy-selftest/v1' })], /SW_RUN_UNREADABLE.*selftest\.json/],
    ['a selftest that was itself judged again', () => ['selftest', '--recheck', selftestFolder({ ...savedSelftest, recheck: {} })], /SW_RUN_UNREADABLE.*judged again/],
    ['a selftest without results', () => ['selftest', '--recheck', selftestFolder({ ...savedSelftest, defects: [] })], /SW_RUN_UNREADABLE.*no result/],
    ['a selftest that is written over by its recheck', () => [...['selftest', '--recheck', 'own', '--output'], selftestFolder(savedSelftest, 'own')], /SW_OUTPUT_NOT_EMPTY.*own/],
    ['a recheck of a selftest whose runs are gone', () => ['selftest', '--recheck', selftestFolder(savedSelftest), '--output', 'again'], /SW_RUN_UNREADABLE.*run-input\.json/],
    ['a recheck of a selftest that would choose what to run', () => ['selftest', '--recheck', 'own', '--only', 'DRAIN'], /SW_USAGE.*recheck.*only/],
    ['an unknown defect for selftest', () => ['selftest', '--only', 'nothing-like-it'], /SW_SELECTION_EMPTY/],
  ]
  test.each(cases)('%s', async (_, args, expected) => {
    const { code, err, out } = await seaworthy(args())
    expect(err).toMatch(expected)
    expect(code).toBe(64)
    expect(err + out).not.toMatch(/\n\s+at /)
  })

  test('an output folder that cannot be written', async () => {
    const blocked = join(folder, 'a-file')
    writeFileSync(blocked, '')
    chmodSync(blocked, 0o444)
    const { code, err } = await seaworthy(['run', '--output', join(blocked, 'run')])
    expect(err).toMatch(/SW_OUTPUT_UNWRITABLE.*a-file/)
    expect(code).toBe(64)
  })
  test('an output folder with files of somebody else', async () => {
    const taken = join(folder, 'taken')
    mkdirSync(join(taken, 'scenarios'), { recursive: true })
    const { code, err } = await seaworthy(['run', '--output', taken])
    expect(err).toMatch(/SW_OUTPUT_NOT_EMPTY/)
    expect(code).toBe(64)
    expect(existsSync(join(taken, 'scenarios'))).toBe(true)
  })
  test('a folder for temporary files that does not exist', async () => {
    const { code, err, out } = await seaworthy(['run', serviceFolder('homeless', wellBehaved), '--only', 'START-04', '--allow', 'destructive'], { environment: { TMPDIR: join(folder, 'nowhere') } })
    expect(err + out).toMatch(/SW_STATE_FOLDER_UNSAFE[^]*TMPDIR/)
    expect(code).toBe(64)
  })
  test('a service that never listens: where, and its last words', async () => {
    const descriptor = serviceFolder('mute', `console.error('listen EADDRINUSE: address already in use 127.0.0.1:80\\u001b[31m'); process.exit(3)`)
    const { code, err } = await seaworthy(['run', descriptor, '--allow', 'destructive', '--only', 'START-03'])
    expect(err).toMatch(/SW_SERVICE_UNREACHABLE.*nothing listened on 127\.0\.0\.1:\d+/)
    expect(err).toContain('EADDRINUSE')
    expect(err).toMatch(/mute\/seaworthy\.yaml:6:3/)
    expect(err).not.toContain('\u001b')
    expect(code).toBe(64)
  })
})

describe('a service of one page', () => {
  let runDirectory: string
  let ended: Ended
  beforeAll(async () => {
    const descriptor = serviceFolder('small', wellBehaved)
    runDirectory = join(folder, 'small-run')
    ended = await seaworthy(['run', descriptor, '--allow', 'destructive', '--only', 'START-04,DRAIN-01,DRAIN-03,START-05', '--output', runDirectory])
  }, 60_000)
  const reported = () => JSON.parse(readFileSync(join(runDirectory, 'run.json'), 'utf8')) as { exitCode: number; requirements: { id: string; outcome: string; summary: string }[] }
  const outcome = (id: string) => reported().requirements.find((one) => one.id === id)

  test('is judged by what it declares; what it does not declare is missing, not passed', () => {
    expect(outcome('START-04')).toMatchObject({ outcome: 'passed' })
    expect(outcome('DRAIN-01')).toMatchObject({ outcome: 'missing', summary: expect.stringContaining('lifecycle.drain') as string })
    expect(outcome('DRAIN-03')).toMatchObject({ outcome: 'inconclusive', summary: expect.stringContaining('minDuration') as string })
    expect(outcome('START-05')).toMatchObject({ outcome: 'missing', summary: expect.stringContaining('data.write') as string })
    expect(outcome('RDND-01')).toMatchObject({ outcome: 'skipped' })
    expect(ended.code).toBe(1)
  })
  test('recheck says the same, and with another threshold something else', async () => {
    const again = await seaworthy(['recheck', runDirectory])
    expect(again.code).toBe(1)
    expect(again.out).toMatch(/DRAIN-03 .*[^]*not seaworthy/i)
    const output = join(folder, 'stricter')
    await seaworthy(['recheck', runDirectory, '--threshold', 'START-04.stops=9', '--output', output])
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as ReturnType<typeof reported>
    expect(report.requirements.find((one) => one.id === 'START-04')?.outcome).toBe('inconclusive')
  })
  test('a waiver that ran out since the run accepts nothing any more', async () => {
    const path = join(runDirectory, 'run-input.json')
    const text = readFileSync(path, 'utf8')
    const saved = JSON.parse(text) as { service: object }
    const waivers = ['DRAIN-01', 'START-05'].map((requirement) => ({ requirement, reason: 'until the rewrite', owner: 'us', until: '2020-01-01' }))
    writeFileSync(path, JSON.stringify({ ...saved, service: { ...saved.service, waivers } }))
    const { code, err } = await seaworthy(['recheck', runDirectory])
    writeFileSync(path, text)
    expect(err).toMatch(/the waiver of DRAIN-01 ran out on 2020-01-01/)
    expect(code).toBe(1)
  })
  test('recheck takes no sample of nothing', async () => {
    const { code, err } = await seaworthy(['recheck', runDirectory, '--threshold', 'START-04.stops=0'])
    expect(err).toMatch(/SW_THRESHOLD_UNKNOWN.*START-04\.stops=0: found 0, expected a number from 1/)
    expect(code).toBe(64)
  })
  test('a corrupt history is refused with file and line', async () => {
    const history = join(runDirectory, 'scenarios/startup-and-shutdown/starts-and-stops-in-order/history.ndjson')
    const text = readFileSync(history, 'utf8')
    const lines = text.split('\n')
    lines[4] = '{"kind":"req'
    writeFileSync(history, lines.join('\n'))
    const { code, err } = await seaworthy(['recheck', runDirectory])
    writeFileSync(history, text)
    expect(err).toMatch(/SW_HISTORY_CORRUPT.*history\.ndjson:5\)/)
    expect(code).toBe(64)
  })
  test('a history that was cut short cannot pass', async () => {
    const history = join(runDirectory, 'scenarios/startup-and-shutdown/starts-and-stops-in-order/history.ndjson')
    const text = readFileSync(history, 'utf8')
    writeFileSync(history, text.split('\n').slice(0, -2).join('\n') + '\n')
    const output = join(folder, 'cut')
    await seaworthy(['recheck', runDirectory, '--output', output])
    writeFileSync(history, text)
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as ReturnType<typeof reported>
    expect(report.requirements.find((one) => one.id === 'START-04')?.outcome).toBe('inconclusive')
  })
  test('recheck refuses to write into the run, and report into it removes nothing', async () => {
    const before = readdirSync(runDirectory).sort()
    const { code, err } = await seaworthy(['recheck', runDirectory, '--output', `${runDirectory}/.`])
    expect(err).toMatch(/SW_OUTPUT_NOT_EMPTY/)
    expect(code).toBe(64)
    expect((await seaworthy(['report', runDirectory, '--output', runDirectory, '--reporter', 'json'])).code).toBe(0)
    expect(readdirSync(runDirectory).sort()).toEqual(before)
    expect(before).not.toContain('.owner.json')
  })
  test('report makes the files again', async () => {
    rmSync(join(runDirectory, 'index.html'))
    const { code } = await seaworthy(['report', runDirectory, '--reporter', 'html'])
    expect(code).toBe(0)
    expect(existsSync(join(runDirectory, 'index.html'))).toBe(true)
  })
})

test('a MUST that was named and not allowed leaves the run undecided', async () => {
  const { code, out } = await seaworthy(['run', serviceFolder('forbidden', wellBehaved), '--only', 'START-04', '--output', join(folder, 'forbidden-run')])
  expect(out.replace(/\s+/g, ' ')).toContain('Undecided: 1 MUST that were selected were not run (START-04): allow them with --allow disruptive')
  expect(code).toBe(2)
})

describe('an interrupt', () => {
  test.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('%s: cleaned up, a partial report, exit %i', async (signal, expected) => {
    const descriptor = serviceFolder(`interrupted-${signal.toLowerCase()}`, wellBehaved)
    const output = join(folder, `run-${signal}`)
    const { code } = await seaworthy(['run', descriptor, '--allow', 'destructive', '--only', 'START-03', '--output', output], { signalAfter: { signal, said: /waiting for a healthy baseline|stopping/ } })
    expect(code).toBe(expected)
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as { status: string; restored: boolean; requirements: { id: string; outcome: string }[] }
    expect(report).toMatchObject({ status: 'interrupted', restored: true })
    expect(report.requirements.find((one) => one.id === 'START-03')?.outcome).toBe('inconclusive')
  }, 60_000)
})

test('list and explain', async () => {
  const listed = await seaworthy(['list', '--json'])
  const everything = JSON.parse(listed.out) as { requirements: { id: string }[]; defects: { id: string }[] }
  expect(everything.requirements.length).toBeGreaterThanOrEqual(16)
  expect(everything.defects.map((one) => one.id)).toContain('drain.kills-inflight')
  const explained = await seaworthy(['explain', 'drain-03'])
  expect(explained.out).toMatch(/What to do when it fails/)
})

describe('standard output that cannot be written', () => {
  /** With standard output on a device that is always full. */
  const ontoFull = (args: readonly string[]): Promise<Ended> => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd: folder, stdio: ['ignore', full, 'pipe'] })
    closeSync(full)
    let err = ''
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, out: '', err })))
  }
  test.runIf(existsSync('/dev/full')).each([['list', '--json'], ['explain', 'DRAIN-03'], ['--help']])('%s: what nobody got is no success', async (...args) => {
    const { code, err } = await ontoFull(args)
    expect(err).toMatch(/SW_OUTPUT_LOST.*ENOSPC/)
    expect(code).toBe(70)
  })
  test.runIf(existsSync('/dev/full'))('a run goes on to its end, and its files are whole', async () => {
    const output = join(folder, 'lost-output-run')
    const { code, err } = await ontoFull(['run', serviceFolder('lost-output', wellBehaved), '--allow', 'safe', '--only', 'MONI-02', '--output', output])
    expect(err).toMatch(/SW_OUTPUT_LOST/)
    expect(code).toBe(70)
    expect(JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'))).toMatchObject({ status: 'complete' })
  })
})
