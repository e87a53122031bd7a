import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { ownProgram } from '../operating-system/own-program.js'
import { AskedThread } from './asked-thread.js'

const folder = mkdtempSync(join(tmpdir(), 'sw-asked-thread-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = join(folder, 'program.mjs')
const built = (name: string): string => JSON.stringify(pathToFileURL(ownProgram(import.meta.url, name)).href)
writeFileSync(
  program,
  `import { workerData } from 'node:worker_threads'
import { answerQuestions } from ${built('asked-thread')}
import { SeaworthyError } from ${built('../core/errors')}
answerQuestions(async (question) => {
  if (question === 'end') process.exit(3)
  if (question === 'code') throw new SeaworthyError('SW_RUN_UNREADABLE', 'coded', { exitCode: 64, hint: 'look' })
  if (question === 'uncloneable') return () => {}
  if (question === 'slow') await new Promise((resolve) => setTimeout(resolve, 30))
  return [question, workerData]
})
`,
)

test('questions are answered one after the other, with what the thread was started with', async () => {
  const thread = new AskedThread<string, readonly string[]>(program, 'given')
  try {
    const order: string[] = []
    const ask = async (question: string): Promise<void> => void thread.ask(question).then(([answered = '']) => order.push(answered))
    await Promise.all([ask('slow'), ask('quick')])
    expect(await thread.ask('last')).toEqual(['last', 'given'])
    expect(order).toEqual(['slow', 'quick'])
  } finally {
    await thread.end()
  }
})

test('what is thrown there is thrown here, with its code, and the next question is answered', async () => {
  const thread = new AskedThread<string, readonly string[]>(program)
  try {
    await expect(thread.ask('code')).rejects.toMatchObject({ name: 'SeaworthyError', code: 'SW_RUN_UNREADABLE', exitCode: 64, message: 'coded', hint: 'look' })
    await expect(thread.ask('uncloneable')).rejects.toThrow('could not be cloned')
    expect(await thread.ask('next')).toEqual(['next', undefined])
  } finally {
    await thread.end()
  }
})

test('a thread that ends fails the question it was at, and another answers those that wait', async () => {
  const thread = new AskedThread<string, readonly string[]>(program)
  try {
    const [ended, next] = await Promise.allSettled([thread.ask('end'), thread.ask('after it')])
    expect(ended).toMatchObject({ status: 'rejected', reason: { message: 'the thread that was asked ended with 3' } })
    expect(next).toMatchObject({ status: 'fulfilled', value: ['after it', undefined] })
    expect(await thread.ask('another')).toEqual(['another', undefined])
  } finally {
    await thread.end()
  }
})

test('one that is ended leaves nothing unanswered, and is asked no more', async () => {
  const thread = new AskedThread<string, readonly string[]>(program)
  const waiting = Promise.allSettled([thread.ask('slow'), thread.ask('slow')])
  await thread.end()
  expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(thread.ask('late')).rejects.toThrow('was ended')
})

test('a program that cannot be loaded is an error to whoever asks', async () => {
  const thread = new AskedThread<string, string>(join(folder, 'nowhere.mjs'))
  const asked = await Promise.allSettled([thread.ask('anything'), thread.ask('more')])
  expect(asked).toMatchObject(Array.from({ length: 2 }, () => ({ status: 'rejected', reason: { message: expect.stringContaining('nowhere.mjs') as string } })))
  await thread.end()
})
