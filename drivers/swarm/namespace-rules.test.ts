import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import type Docker from 'dockerode'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NamespaceRules } from './namespace-rules.js'

/** The shell of the helper runs here, with programs that keep the rules of one namespace in a file. */
const programs: Readonly<Record<string, string>> = {
  chroot: 'shift; exec "$@"',
  nsenter: 'shift 3; exec "$@"',
  'iptables-save': '[ -e broken ] && exit 1; cat rules',
  'iptables-restore': '[ -e refused ] && { echo "line 3 failed"; echo "and more" >&2; exit 1; }; cat >> rules',
  // -t TABLE -D|-F|-X CHAIN
  iptables: 'shift 2; [ "$3" = -X ] && [ ! -e stuck ] && { grep -v "$4" rules > kept; mv kept rules; exit 0; }; exit 1',
}

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  children = []
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  writeFileSync(join(folder, 'rules'), '-A OUTPUT -j DOCKER_OUTPUT\n')
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function engine(path = `${folder}:/usr/bin:/bin`): Docker {
  const createContainer = async ({ Entrypoint: [shell = '', ...words] }: { readonly Entrypoint: readonly string[] }): Promise<unknown> => {
    let child: ChildProcess | undefined
    const stream = new Duplex({ read() {}, write: (chunk: Buffer, _, done) => void child?.stdin?.write(chunk, done), final: (done) => void (child?.stdin?.end(), done()) })
    return {
      attach: async () => stream,
      start: async () => {
        children.push((child = spawn(shell, words, { cwd: folder, env: { PATH: path }, stdio: ['pipe', 'pipe', 'inherit'] })))
        child.stdin?.on('error', () => undefined)
        child.stdout?.on('data', (chunk: Buffer) => stream.push(chunk))
      },
      remove: async () => void child?.kill(),
      wait: async () => ({}),
    }
  }
  const modem = { demuxStream: (stream: Duplex, output: NodeJS.WritableStream) => stream.on('data', (chunk: Buffer) => output.write(chunk)) }
  return { createContainer, modem } as unknown as Docker
}

const start = (path?: string): Promise<NamespaceRules> => NamespaceRules.start(engine(path), { name: 'rules', image: 'image', labels: {} })
const rulesNow = (): readonly string[] => readFileSync(join(folder, 'rules'), 'utf8').split('\n').filter((one) => one !== '')
/** Every process is in a group whose path has this in it. */
const here = { id: '/', pid: process.pid }

it('puts rules beside those that are there, adds its jumps once, and takes all of its own out', async () => {
  const rules = await start()
  expect(await rules.put(here, ['-A SEAWORTHY-INPUT -s 10.0.1.3 -j DROP'])).toBe(true)
  const jumps = (): number => rulesNow().filter((one) => one.startsWith('-I ')).length
  expect(jumps()).toBe(4)
  expect(rulesNow()).toContain('-A SEAWORTHY-INPUT -s 10.0.1.3 -j DROP')
  await rules.put(here, ['-A SEAWORTHY-INPUT -s 10.0.1.4 -j DROP'])
  expect(jumps()).toBe(4)
  expect(await rules.clear(here)).toBe(true)
  expect(rulesNow().filter((one) => one.includes('SEAWORTHY-'))).toEqual([])
  expect(rulesNow()).toContain('-A OUTPUT -j DOCKER_OUTPUT')
})

it('takes out what a dead run left before it puts anything there', async () => {
  writeFileSync(join(folder, 'rules'), '-A SEAWORTHY-INPUT -s 10.0.9.9 -j DROP\n')
  const rules = await start()
  await rules.put(here, ['-A SEAWORTHY-OUTPUT -d 10.0.1.3 -j DROP'])
  expect(rulesNow()).not.toContain('-A SEAWORTHY-INPUT -s 10.0.9.9 -j DROP')
})

it('does not take rules for taken out that are still there, or that nobody could read', async () => {
  const rules = await start()
  await rules.put(here, ['-A SEAWORTHY-INPUT -s 10.0.1.3 -j DROP'])
  writeFileSync(join(folder, 'stuck'), '')
  await expect(rules.clear(here)).rejects.toMatchObject({ code: 'SW_FAULT_PROXIES', message: expect.stringContaining('chains are left') as string })
  writeFileSync(join(folder, 'broken'), '')
  await expect(rules.clear(here)).rejects.toMatchObject({ message: expect.stringContaining('iptables-save') as string })
})

it('tells why the rules were refused', async () => {
  const rules = await start()
  writeFileSync(join(folder, 'refused'), '')
  await expect(rules.put(here, ['-A nonsense'])).rejects.toMatchObject({ code: 'SW_FAULT_PROXIES', message: expect.stringContaining('line 3 failed and more') as string })
})

it('leaves the namespace of a process alone that is not in its container any more', async () => {
  const rules = await start()
  expect(await rules.put({ id: 'of-nobody', pid: process.pid }, ['-A SEAWORTHY-INPUT -j DROP'])).toBe(false)
  expect(rulesNow()).toEqual(['-A OUTPUT -j DOCKER_OUTPUT'])
})

it('does not begin on a machine that has not got what it needs', async () => {
  rmSync(join(folder, 'nsenter'))
  await expect(start(`${folder}`)).rejects.toMatchObject({ code: 'SW_FAULT_PROXIES', exitCode: 2, message: expect.stringMatching(/without/) as string })
})
