import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Rooms and the rooms each may import, with the reason a forbidden arrow would hurt. */
const rooms: Readonly<Record<string, { readonly mayImport: readonly string[]; readonly because: string }>> = {
  core: { mayImport: [], because: 'core is types and pure functions, so that checks can be tested with literal lines' },
  'operating-system': { mayImport: ['core'], because: 'facts about processes know nothing of runs' },
  engine: { mayImport: ['core', 'operating-system'], because: 'the engine receives drivers, suites and reporters as values and is tested with fakes' },
  drivers: { mayImport: ['core', 'operating-system'], because: 'a driver acts; it neither records nor judges' },
  suites: { mayImport: ['core'], because: 'a scenario gets what it may use as its argument' },
  reports: { mayImport: ['core'], because: 'reporters are pure functions of the report' },
  'reference-service': { mayImport: [], because: 'the service under test gets no favours' },
  bin: { mayImport: ['core', 'operating-system', 'engine', 'drivers', 'suites', 'reports'], because: 'the doors wire the rooms together' },
  bench: { mayImport: ['core', 'operating-system', 'engine', 'drivers', 'suites', 'reports', 'bin'], because: 'benchmarks measure from outside' },
}

/** Packages and the only places that may know them. */
const packages: Readonly<Record<string, readonly string[]>> = {
  undici: ['engine/traffic', 'drivers'],
  autocannon: ['engine/traffic'],
  yargs: ['bin'],
  vitest: ['bin/vitest.ts'],
  zod: ['engine'],
  yaml: ['engine', 'reference-service', 'suites/configuration', 'drivers/compose', 'drivers/kubernetes', 'bench/cluster-trial'],
  '@sentry/core': ['reference-service'],
  marked: ['suites/documentation-for-operations'],
  fastify: ['reference-service'],
  pg: ['reference-service'],
  dockerode: ['drivers/docker'],
  'structured-headers': ['suites/access-controls'],
}

interface Import {
  readonly file: string
  readonly specifier: string
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceFiles(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const found = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*['"]([^'"]+)['"]/gm)]
  return found.map((match) => ({ file, specifier: match[1] ?? '' }))
}

const isTest = (file: string): boolean => /\.(test|test-support|fixture)\.ts$/.test(file)
const roomOf = (file: string): string => file.split('/')[0] ?? ''

describe('arrows between rooms', () => {
  test.each(Object.entries(rooms))('%s imports only what it may', (room, { mayImport, because }) => {
    const forbidden = sourceFiles(room)
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ file, specifier }) => ({ file, target: roomOf(normalize(relative('.', join(dirname(file), specifier)))) }))
      .filter(({ target }) => target !== room && !mayImport.includes(target))
      .map(({ file, target }) => `${file} -> ${target}`)
    expect(forbidden, because).toEqual([])
  })

  test.each(Object.entries(packages))('%s is known only where it belongs', (name, places) => {
    const elsewhere = Object.keys(rooms)
      .flatMap(sourceFiles)
      .filter((file) => !isTest(file) && !places.some((place) => file === place || file.startsWith(`${place}/`)))
      .flatMap(importsOf)
      .filter(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`))
      .map(({ file }) => file)
    expect(elsewhere).toEqual([])
  })

  test('no room is missing from the table', () => {
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .filter((name) => !['node_modules', 'dist', 'tests', 'docs', 'examples', 'scripts', 'schemas', 'measurements', 'seaworthy-runs', 'coverage'].includes(name))
    expect(folders.sort()).toEqual(Object.keys(rooms).sort())
  })
})

/** Through a shell, what a service says would be words of a command. */
const shells: Readonly<Record<string, string>> = {
  'bin/init/command-line.ts': 'words that were typed after `init --`, written into the descriptor as they are',
  'drivers/docker/machine-image.ts': 'looks for a program by a name of ours',
  'drivers/docker/nested-machine.ts': 'a script of ours in a container',
  'drivers/docker/ordered-shell.ts': 'scripts of ours in a container',
  'drivers/remote/shell.ts': 'hooks of a descriptor are shell commands; values reach them as variables',
}
test('a shell runs only scripts of ours and of the descriptor', () => {
  const shell = /\bshell:\s*(?:true\b|process\.|['"`])|\bexecSync\(|(?<![.\w])exec\(|['"`](?:\/bin\/)?(?:ba|da|z)?sh['"`],\s*\[?\s*['"`]-c/
  for (const bad of ['spawn(x, { shell: true })', 'execSync(text)', '  exec(text)', "spawn('/bin/sh', ['-c', text])", "spawn('bash', ['-c', text])"]) expect(bad).toMatch(shell)
  for (const fine of ['pattern.exec(text)', "spawn('sh', [file])", 'shell: false']) expect(fine).not.toMatch(shell)
  const found = Object.keys(rooms)
    .filter((room) => room !== 'bench' && room !== 'reference-service')
    .flatMap(sourceFiles)
    .filter((file) => !isTest(file) && shell.test(readFileSync(join(root, file), 'utf8')))
  expect(found.sort()).toEqual(Object.keys(shells))
})
