import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withTemplate } from './cluster-template.js'

let folder: string
let made = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'template-'))
  made = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const makeAt = (path: string) => async (): Promise<void> => {
  made += 1
  mkdirSync(join(path, 'base'), { recursive: true, mode: 0o700 })
  writeFileSync(join(path, 'base', 'file'), `made ${made}`)
}
const contentOf = (path: string): string => readFileSync(join(path, 'base', 'file'), 'utf8')

test('the first makes a cluster and leaves it, the next ones copy it', async () => {
  const template = join(folder, 'template')
  for (const name of ['a', 'b', 'c']) await withTemplate(template, join(folder, name), makeAt(join(folder, name)))
  expect(made).toBe(1)
  expect(['a', 'b', 'c', 'template'].map((name) => contentOf(join(folder, name)))).toEqual(Array(4).fill('made 1'))
})

test('a copy is its own: what happens to it does not reach the template', async () => {
  const template = join(folder, 'template')
  for (const name of ['a', 'b']) await withTemplate(template, join(folder, name), makeAt(join(folder, name)))
  writeFileSync(join(folder, 'b', 'base', 'file'), 'damaged')
  expect(contentOf(template)).toBe('made 1')
})

test('two at one time both get a cluster, and one template stays', async () => {
  const template = join(folder, 'template')
  await Promise.all(['a', 'b'].map((name) => withTemplate(template, join(folder, name), makeAt(join(folder, name)))))
  expect([existsSync(join(folder, 'a', 'base', 'file')), existsSync(join(folder, 'b', 'base', 'file'))]).toEqual([true, true])
  expect(made).toBe(1)
  expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'template'])
  expect(readdirSync(template)).toEqual(['base'])
})

test('one that was begun and never finished is waited for in vain, and made', async () => {
  const template = join(folder, 'template')
  mkdirSync(`${template}.turn`) // of a process that was killed
  await withTemplate(template, join(folder, 'a'), makeAt(join(folder, 'a')), 120)
  expect([contentOf(join(folder, 'a')), contentOf(template)]).toEqual(['made 1', 'made 1'])
})

test('one that cannot be made leaves the turn to the next', async () => {
  const template = join(folder, 'template')
  await expect(withTemplate(template, join(folder, 'a'), () => Promise.reject(new Error('no space')))).rejects.toThrow('no space')
  await withTemplate(template, join(folder, 'b'), makeAt(join(folder, 'b')))
  expect(contentOf(template)).toBe('made 1')
})

test('a template that cannot be left is no obstacle', async () => {
  await withTemplate(join(folder, 'missing', 'template'), join(folder, 'a'), makeAt(join(folder, 'a')))
  expect(contentOf(join(folder, 'a'))).toBe('made 1')
})

test('without a template every cluster is made', async () => {
  for (const name of ['a', 'b']) await withTemplate(undefined, join(folder, name), makeAt(join(folder, name)))
  expect(made).toBe(2)
})
