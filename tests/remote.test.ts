import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startRemoteMachine, type RemoteMachine } from '../drivers/remote/remote-machine.test-support.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
/** With `SEAWORTHY_REMOTE=all` every verdict is tried: minutes. Without, what must never lie. */
const all = process.env['SEAWORTHY_REMOTE'] === 'all'
const lyingHooks = Object.fromEntries(['start', 'stop', 'kill', 'hold', 'release', 'freeze', 'thaw', 'reboot'].map((name) => [name, 'true']))

let output: string
let state: string
let machine: RemoteMachine | undefined
beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), 'seaworthy-remote-out-'))
  state = mkdtempSync(join(tmpdir(), 'sw-state-'))
})
afterEach(async () => {
  await machine?.end()
  machine = undefined
  for (const folder of [output, state]) rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly said: string
}
/** TMPDIR of its own: `clean` there looks after no other run. */
function seaworthy(args: readonly string[], whenStarted: (kill: () => void) => void = () => {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd: output, env: { ...process.env, NO_COLOR: '1', TMPDIR: state }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    whenStarted(() => void child.kill('SIGKILL'))
    child.once('close', (code) => resolve({ code, said }))
  })
}

async function outcomes(descriptor: string, ids: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { said } = await seaworthy(['run', descriptor, '--allow', 'destructive', '--only', ids.join(), '--reporter', 'json,terminal', '--output', join(output, 'run')])
  expect(existsSync(join(output, 'run', 'run.json')), said).toBe(true)
  const { requirements } = JSON.parse(readFileSync(join(output, 'run', 'run.json'), 'utf8')) as { readonly requirements: readonly { readonly id: string; readonly outcome: string; readonly summary: string }[] }
  const found = requirements.filter(({ id }) => ids.includes(id))
  console.log(found.map(({ id, outcome, summary }) => `${id} ${outcome}: ${summary}`).join('\n'))
  return Object.fromEntries(found.map(({ id, outcome }) => [id, outcome]))
}

const minutes = 60_000

test('hooks that end with 0 and do nothing neither pass nor fail', async () => {
  machine = await startRemoteMachine()
  const ids = all ? ['START-01', 'START-02', 'START-04', 'DRAIN-03', 'RDND-02', 'RDND-03'] : ['DRAIN-03']
  const found = await outcomes(machine.descriptor(lyingHooks), ids)
  expect(found).toEqual(Object.fromEntries(ids.map((id) => [id, 'inconclusive'])))
}, 10 * minutes)

test('a harness that is killed in a fault leaves the remote service as it was found', async () => {
  machine = await startRemoteMachine()
  const { urls } = machine
  const answering = (): Promise<readonly boolean[]> => Promise.all(urls.map((url) => fetch(url).then(({ ok }) => ok, () => false)))
  let down = false
  // On a busy machine a run may end before it makes any fault: nothing was killed in one then.
  for (let attempt = 0; attempt < 3 && !down; attempt++) {
    let watching: NodeJS.Timeout | undefined
    await seaworthy(['run', machine.descriptor(), '--allow', 'destructive', '--only', 'RDND-02', '--output', join(output, `killed-${attempt}`)], (kill) => {
      watching = setInterval(() => {
        void answering().then((answers) => {
          if (!answers.includes(false)) return
          down = true
          kill()
        })
      }, 20)
    })
    clearInterval(watching)
  }
  expect(down).toBe(true)
  await seaworthy(['clean'])
  await expect.poll(answering, { timeout: minutes }).toEqual([true, true])
}, 5 * minutes)

test.runIf(all)('honest hooks: what is graceful passes', async () => {
  machine = await startRemoteMachine({ graceful: true })
  const found = await outcomes(machine.descriptor(), ['START-01', 'START-02', 'DRAIN-03', 'RDND-02', 'RDND-03'])
  expect(found).toMatchObject({ 'START-01': 'passed', 'START-02': 'passed', 'DRAIN-03': 'passed', 'RDND-02': 'passed' })
}, 10 * minutes)

test.runIf(all)('and what drops its requests at once fails', async () => {
  machine = await startRemoteMachine({ graceful: false })
  expect(await outcomes(machine.descriptor(), ['DRAIN-03'])).toEqual({ 'DRAIN-03': 'failed' })
}, 10 * minutes)
