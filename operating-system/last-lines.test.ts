import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lastLines } from './last-lines.js'

function fileWith(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sw-last-lines-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'log')
  writeFileSync(path, text)
  return path
}

test('the last lines are given, without the empty end', async () => {
  expect(await lastLines(fileWith('one\ntwo\nthree\n\n'), { linesMax: 2 })).toEqual(['two', 'three'])
})

test('a shorter file is given whole', async () => {
  expect(await lastLines(fileWith('one\ntwo'), { linesMax: 20, bytesMax: 2_000 })).toEqual(['one', 'two'])
})

test('no more is read than asked for', async () => {
  expect(await lastLines(fileWith('one\ntwo\nthree'), { linesMax: 20, bytesMax: 7 })).toEqual(['o', 'three'])
})

test('a file that is empty or not there has nothing to say', async () => {
  expect((await lastLines(fileWith(''), { linesMax: 2 })).join('')).toBe('')
  expect(await lastLines('/does/not/exist', { linesMax: 2 })).toEqual([])
})
