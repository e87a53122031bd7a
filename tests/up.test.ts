import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodeOfUp } from '../bin/commands/up.js'

const command = join(dirname(fileURLToPath(import.meta.url)), '..', 'bin/seaworthy.js')

test('up starts the reference service where no engine answers, serves it, and ends in order', async () => {
  const child = spawn(process.execPath, [command, 'up'], { env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    await expect.poll(() => said, { timeout: 60_000 }).toContain('Ctrl-C stops it')
    const entry = /entry point\s+(\S+)/.exec(said)?.[1] ?? ''
    await expect.poll(async () => (await fetch(new URL('/health/ready', entry))).status, { timeout: 15_000 }).toBeLessThan(500)
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(said).toContain('stopped, nothing is left running')
  } finally {
    child.kill('SIGINT')
    await ended
  }
}, 90_000)

test('up refuses a driver that is not there', async () => {
  const child = spawn(process.execPath, [command, 'up', '--driver', 'podman'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  expect(await once(child, 'exit')).toEqual([64, null])
  expect(said).toContain('SW_DRIVER_UNKNOWN')
})

test.each([
  ['Ctrl-C, and nothing is left', { isUp: true, interrupted: 130, isClean: true }, 0],
  ['Ctrl-C, and something may be left', { isUp: true, interrupted: 130, isClean: false }, 2],
  ['Ctrl-C before it was up', { isUp: false, interrupted: 130, isClean: false }, 130],
  ['a termination', { isUp: true, interrupted: 143, isClean: false }, 143],
])('%s', (_, ended, expected) => expect(exitCodeOfUp(ended)).toBe(expected))
