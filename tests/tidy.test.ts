import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const rooms = ['bin', 'core', 'operating-system', 'engine', 'drivers', 'suites', 'reports', 'reference-service', 'bench', 'tests', 'scripts']
const functionLinesMax = 70
const fileLinesMax = 300
const parametersMax = 4 // 3 and an options object

function files(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return files(path)
    return /\.(ts|js)$/.test(entry.name) ? [path] : []
  })
}
const everything = rooms.flatMap(files).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
const isTest = (path: string): boolean => path.startsWith('tests/') || /\.(test|test-support|fixture)\.ts$/.test(path)

interface FunctionSize {
  readonly where: string
  readonly lines: number
  readonly parameters: number
}
interface Parsed {
  readonly path: string
  readonly functions: readonly FunctionSize[]
  readonly usesAny: boolean
}
/** Parents are not linked: of 1 000 files that is half of the work. */
function parsed(path: string, text: string): Parsed {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false)
  const found: FunctionSize[] = []
  let usesAny = false
  const visit = (node: ts.Node): void => {
    usesAny ||= node.kind === ts.SyntaxKind.AnyKeyword
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line
      const to = source.getLineAndCharacterOfPosition(node.getEnd()).line
      found.push({ where: `${path}:${from + 1}`, lines: to - from + 1, parameters: node.parameters.length })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { path, functions: found, usesAny }
}
const code = everything.filter(({ path }) => !isTest(path)).map(({ path, text }) => parsed(path, text))

describe('sizes', () => {
  test(`files have at most ${fileLinesMax} lines`, () => {
    const long = everything.filter(({ text }) => text.split('\n').length - 1 > fileLinesMax).map(({ path, text }) => `${path}: ${text.split('\n').length - 1}`)
    expect(long).toEqual([])
  })
  test(`functions have at most ${functionLinesMax} lines`, () => {
    const long = code
      .flatMap(({ functions }) => functions)
      .filter(({ lines }) => lines > functionLinesMax)
      .map(({ where, lines }) => `${where}: ${lines}`)
    expect(long).toEqual([])
  })
  test('functions take few parameters', () => {
    const many = code
      .flatMap(({ functions }) => functions)
      .filter(({ parameters }) => parameters > parametersMax)
      .map(({ where }) => where)
    expect(many).toEqual([])
  })
})

/** Programs of their own whose standard error is their log file. */
const programsWithALogFile = ['drivers/network/network-process.ts', 'drivers/process/machine.ts', 'drivers/client/client-process.ts']

describe('bans', () => {
  test('the type any', () => {
    expect(code.filter(({ usesAny }) => usesAny).map(({ path }) => path)).toEqual([])
  })
  const banned: readonly (readonly [string, RegExp, (path: string) => boolean])[] = [
    ['tests that do not run', /\b(describe|test|it)\.(only|skip|todo)\b/, isTest],
    ['type checks switched off', /@ts-(ignore|expect-error|nocheck)/, (path) => !isTest(path)],
    ['unfinished work', /\b(TODO|FIXME|XXX)\b/, (path) => path !== 'tests/tidy.test.ts'],
    ['console output outside of scripts and benchmarks', /\bconsole\.(log|error|warn|info)\(/, (path) => !/^(scripts|bench|reference-service|tests)\//.test(path) && !isTest(path) && !programsWithALogFile.includes(path)],
    ['extremes of any number of requests on the stack (core/extremes.ts)', /Math\.(min|max)\([^)\n]*\.\.\./, (path) => /^(core|suites)\//.test(path) && !isTest(path) && path !== 'core/extremes.ts'],
    ['module state in suites', /^(export )?let\b/m, (path) => path.startsWith('suites/') && !isTest(path)],
  ]
  test.each(banned)('%s', (_, pattern, applies) => {
    const found = everything.filter(({ path, text }) => applies(path) && path !== 'tests/tidy.test.ts' && pattern.test(text)).map(({ path }) => path)
    expect(found).toEqual([])
  })
  test('folders and files with names that say nothing', () => {
    expect(everything.map(({ path }) => path).filter((path) => /(^|[/-])(utils?|helpers?|managers?|misc|common)([./-]|$)/.test(path))).toEqual([])
  })
})
