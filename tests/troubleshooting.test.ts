import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sources = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sources(path) : entry.name.endsWith('.ts') && !/\.(test|test-support|fixture)\.ts$/.test(entry.name) ? [path] : []
  })
const codesIn = (text: string): readonly string[] => [...text.matchAll(/\bSW_[A-Z]+(?:_[A-Z]+)*\b/g)].map(([code]) => code)

test('every error code has its line in docs/troubleshooting.md, and nothing else has', () => {
  const inSource = new Set(['bin', 'core', 'engine', 'drivers', 'operating-system', 'suites', 'reports'].flatMap(sources).flatMap((path) => codesIn(readFileSync(join(root, path), 'utf8'))))
  const inPage = new Set(codesIn(readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')))
  expect([...inSource].filter((code) => !inPage.has(code)).sort(), 'codes without a line').toEqual([])
  expect([...inPage].filter((code) => !inSource.has(code)).sort(), 'lines without a code').toEqual([])
})
