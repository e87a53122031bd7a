import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { onceHeardOut } from './heard-out.js'

const start = (program: string) => spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })

const holdUp = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/**
 * The ends of all children are told after everything else that the loop found when it last looked. Here it found the words and the end of
 * another program, and is held up by the words: the last words of ours come too late to be found, its end does not.
 */
async function overtaken(child: ChildProcess): Promise<void> {
  const other = spawn(process.execPath, ['-e', 'process.stdin.once("data", () => { process.stdout.write("words"); process.exit(0) })'], { stdio: ['pipe', 'pipe', 'ignore'] })
  other.stdout.on('data', () => holdUp(1_000))
  await Promise.all([once(child, 'message'), once(other, 'spawn')])
  child.send('now')
  other.stdin.write('now')
  await new Promise((resolve) => setImmediate(resolve))
  holdUp(400)
}

test('the last words of a program are heard before its end, also where the end is told first', async () => {
  let toldFirst = false
  for (let time = 0; time < 5 && !toldFirst; time++) {
    const heard: string[] = []
    const child = start(`process.on('message', () => setTimeout(() => process.send('last words', () => process.exit(3)), 800))\nprocess.send('ready')`)
    child.on('message', (message) => heard.push(String(message)))
    child.once('exit', () => (toldFirst = heard.length === 1))
    const ended = new Promise<string>((resolve) => onceHeardOut(child, (how) => resolve(`${heard.join(', ')}; ${how}`)))
    await overtaken(child)
    expect(await ended).toBe('ready, last words; exit code 3')
  }
  expect(toldFirst).toBe(true)
})

test('one that was killed, or has closed its channel itself, has ended as well', async () => {
  const killed = start('setInterval(() => {}, 1000)\nprocess.send("ready")')
  await once(killed, 'message')
  const how = new Promise((resolve) => onceHeardOut(killed, resolve))
  killed.kill('SIGKILL')
  expect(await how).toBe('signal SIGKILL')
  const silent = start('process.disconnect()')
  expect(await new Promise((resolve) => onceHeardOut(silent, resolve))).toBe('exit code 0')
})
