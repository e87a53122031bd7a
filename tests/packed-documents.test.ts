import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly files: readonly string[] }

/** `files` of package.json as far as we use it: a file, a folder, or the pages of a folder. */
const isPacked = (path: string): boolean =>
  files.some((entry) => (entry.endsWith('/*.md') ? path.endsWith('.md') && dirname(path) === dirname(entry) : path === entry || path.startsWith(`${entry}/`)))

/** What pages point to and a user of the package has to look up in the repository: sources, pictures, and what is for those who work on it. */
const onlyInTheRepository = /^(CONTRIBUTING\.md|docs\/decisions(\/.*)?|docs\/images\/.*|examples|examples\/compose\/.*|core\/[a-z-]+\.ts|drivers\/.*\.ts|reference-service\/deploy\/.*)$/

const listed = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? (entry.name === 'node_modules' ? [] : listed(path)) : [path]
  })
const pages = [...readdirSync(root).filter((name) => name.endsWith('.md')), ...listed('docs'), ...listed('examples')].filter((path) => path.endsWith('.md') && isPacked(path))
const linksIn = (path: string): readonly string[] =>
  [...readFileSync(join(root, path), 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link)).map((link) => normalize(join(dirname(path), link)).replace(/\/$/, ''))

test('pages that are packed point to what is there, and what is not packed is of no use without the repository', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/ci.md', 'docs/requirements/README.md', 'examples/redis/README.md']))
  const links = pages.flatMap((page) => linksIn(page).map((link) => ({ page, link })))
  expect(links.filter(({ link }) => !existsSync(join(root, link)))).toEqual([])
  expect(links.filter(({ link }) => !isPacked(link) && !onlyInTheRepository.test(link))).toEqual([])
})

test('pages that messages name are packed', () => {
  const sources = ['bin', 'core', 'engine', 'drivers', 'suites', 'reports', 'operating-system'].flatMap(listed).filter((path) => path.endsWith('.ts') && !/\.(test|test-support|fixture)\.ts$/.test(path))
  const named = new Set(sources.flatMap((path) => readFileSync(join(root, path), 'utf8').match(/\bdocs\/[A-Za-z-]+\.md\b/g) ?? []))
  expect(named.size).toBeGreaterThan(0)
  expect([...named].filter((path) => !isPacked(path) || !existsSync(join(root, path)))).toEqual([])
})
