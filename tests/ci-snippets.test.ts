import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const page = readFileSync(join(root, 'docs/ci.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-ci-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function snippet(heading: string, language: string): string {
  const found = new RegExp(`^## ${heading}\\n[^#]*?^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1]
  if (found === undefined) throw new Error(`no ${language} under "${heading}" in docs/ci.md`)
  return found
}
const seaworthy = (args: readonly string[], cwd = folder) => spawnSync(process.execPath, [join(root, 'bin/seaworthy.js'), ...args], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })

interface Job {
  readonly commands: readonly string[]
  /** What is kept of the workspace, as the CI system is told. */
  readonly artifacts: readonly string[]
}
interface GitHubStep {
  readonly run?: string
  readonly uses?: string
  readonly if?: string
  readonly with?: Readonly<Record<string, unknown>>
}

function gitHubJob(): Job {
  const workflow = parse(snippet('GitHub Actions', 'yaml')) as { readonly on: unknown; readonly jobs: Readonly<Record<string, { readonly 'runs-on': string; readonly 'timeout-minutes': number; readonly steps: readonly GitHubStep[] }>> }
  expect(Object.keys(workflow).sort()).toEqual(['jobs', 'name', 'on'])
  const { steps, ...job } = workflow.jobs['seaworthy'] ?? { steps: [] }
  expect(job).toEqual({ 'runs-on': expect.any(String) as string, 'timeout-minutes': expect.any(Number) as number })
  for (const step of steps) expect([step.run, step.uses].filter((one) => one !== undefined), JSON.stringify(step)).toHaveLength(1)
  const uploads = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
  expect(uploads.map((step) => step.if), 'what failed is what has to be looked at').toEqual(['always()'])
  return { commands: steps.flatMap(({ run }) => run ?? []), artifacts: uploads.map((step) => String(step.with?.['path'])) }
}

function gitLabJob(): Job {
  const { seaworthy: job } = parse(snippet('GitLab', 'yaml')) as { readonly seaworthy: { readonly script: readonly string[]; readonly artifacts: { readonly when: string; readonly paths: readonly string[]; readonly reports: { readonly junit: string } } } }
  expect(Object.keys(job).sort()).toEqual(['artifacts', 'image', 'script', 'timeout'])
  expect(job.artifacts.when).toBe('always')
  return { commands: job.script, artifacts: [...job.artifacts.paths, job.artifacts.reports.junit] }
}

function jenkinsJob(): Job {
  const text = snippet('Jenkins', 'groovy')
  const count = (character: string): number => text.split(character).length
  expect([count('{'), count('('), count("'") % 2, count('"') % 2], 'closed').toEqual([count('}'), count(')'), 1, 1])
  // The image does not know the user of the agent, and its folder / belongs to somebody else.
  expect(text).toMatch(/HOME = "\$\{WORKSPACE\}"/)
  expect(text).toMatch(/npm_config_cache = "\$\{WORKSPACE\}\//)
  const all = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, found = '']) => found)
  return { commands: all(/\bsh '([^']*)'/g), artifacts: [...all(/\bjunit '([^']*)'/g), ...all(/\bartifacts: '([^']*)'/g).map((path) => path.replace(/\/\*\*$/, ''))] }
}

describe.each([['GitHub Actions', gitHubJob], ['GitLab', gitLabJob], ['Jenkins', jenkinsJob]] as const)('the job for %s', (name, read) => {
  test('installs, looks at the set-up and runs, with options that there are, and keeps what a run writes', () => {
    const { commands, artifacts } = read()
    expect(commands.map((command) => command.split(' ').slice(0, 3).join(' '))).toEqual(['npm ci', 'npx seaworthy doctor', 'npx seaworthy run'])
    const [, doctor = '', run = ''] = commands.map((command) => command.replace(/^npx seaworthy /, ''))
    expect(seaworthy([...doctor.split(' '), '--help']).stdout).toContain('seaworthy doctor')
    const workspace = join(folder, name.replaceAll(' ', '-'))
    mkdirSync(workspace)
    writeFileSync(join(workspace, 'seaworthy.yaml'), 'schema: seaworthy/v1\nservice: shop\ntarget: { kind: process, replicas: { command: [node, server.mjs] } }\nhealth: { readiness: /ready }\ntraffic: { read: { http: GET / } }\n')
    // A service without databases lacks what this is about: nothing is started, and everything is written.
    const ended = seaworthy([...run.split(' '), '--only', 'REPL-01'], workspace)
    expect(ended.status, ended.stderr).toBe(1)
    const output = /--output (\S+)/.exec(run)?.[1] ?? ''
    expect(artifacts).toContain(output)
    expect([...artifacts, join(output, 'junit.xml'), join(output, 'run.json'), join(output, 'index.html')].filter((path) => !existsSync(join(workspace, path)))).toEqual([])
  })
})

test('every option that the page names is one of `seaworthy run`', () => {
  const known = new Set(seaworthy(['run', '--help']).stdout.match(/--[a-z-]+/g))
  const named = [...page.matchAll(/`([^`\n]*)`/g)].flatMap(([, code = '']) => (/^(npm|setpriv)\b/.test(code) ? [] : (code.match(/--[a-z-]+/g) ?? [])))
  expect(named).toContain('--baseline')
  expect(named.filter((option) => !known.has(option))).toEqual([])
})
