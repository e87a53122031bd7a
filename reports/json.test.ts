import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { baselineOf } from '../core/build-gate.js'
import type { EvidenceGrade } from '../core/check.js'
import { outcomes } from '../core/outcome.js'
import type { RunReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from './fixtures.js'
import { jsonReporter, keyOrder, reportAsJson } from './json.js'

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly additionalProperties?: unknown
}

const schema = JSON.parse(await readFile(new URL('../schemas/run-v1.schema.json', import.meta.url), 'utf8')) as {
  readonly $defs: Readonly<Record<string, ObjectSchema & { readonly enum?: readonly unknown[] }>>
}
let validate: ValidateFunction

beforeAll(() => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
  addFormats.default(ajv)
  validate = ajv.compile(schema)
})

/** What it left open was judged in the run before it. */
const rolledReport: RunReport = { ...emptyReport, baseline: baselineOf(exampleReport) }

const errorsOf = (value: unknown): unknown => (validate(value) ? [] : validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`))

/** The example with short timelines: every path counts once, and there are fewer of them to change one by one. */
const changeable = (): RunReport => {
  const scenarios = exampleReport.scenarios.map((one) => ({ ...one, timeline: { ...one.timeline, buckets: one.timeline.buckets.slice(0, 1) } }))
  return structuredClone({ ...exampleReport, scenarios, requirements: exampleReport.requirements.slice(0, 6) })
}

/** Every object schema in the document, by JSON path. */
function* objectSchemas(value: unknown, path: string): Generator<[string, ObjectSchema]> {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* objectSchemas(one, `${path}/${index}`)
    return
  }
  const here = value as ObjectSchema
  if (typeof here.properties === 'object' && here.additionalProperties !== undefined) yield [path, here]
  for (const [key, one] of Object.entries(value)) yield* objectSchemas(one, `${path}/${key}`)
}

/** Every object and array inside a value, with its path. */
function* nodes(value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>]
  for (const [key, one] of Object.entries(value)) yield* nodes(one, `${path}/${key}`)
}

describe('run.json against its schema', () => {
  test.each([
    ['the example', exampleReport],
    ['a green run', greenReport],
    ['a run against a baseline', { ...greenReport, baseline: baselineOf(exampleReport) }],
    ['a run against a baseline that was itself held against one', { ...greenReport, baseline: baselineOf(rolledReport) }],
    ['a run without requirements', emptyReport],
    ['a crashed run', crashedReport],
    ['hostile text', { ...hostileReport, requirements: exampleReport.requirements }],
  ])('%s is valid', (_, report) => {
    expect(errorsOf(JSON.parse(reportAsJson(report)))).toEqual([])
  })

  test('an unknown key is refused in every object', () => {
    const report = changeable()
    const refused: string[] = []
    const accepted: string[] = []
    for (const [path, node] of nodes(report)) {
      node['surprise'] = true
      ;(validate(report) ? accepted : refused).push(path)
      delete node['surprise']
    }
    expect(accepted).toEqual([])
    expect(refused.length).toBeGreaterThan(50)
  })

  test('every key of the type is required, but for what Evidence, DefectCard and a finding that decides may leave out', () => {
    const report = changeable()
    const optional = new Set<string>()
    for (const [path, node] of nodes(report)) {
      if (path.endsWith('/thresholds')) continue
      for (const key of Object.keys(node)) {
        const value = node[key]
        delete node[key]
        if (validate(report)) optional.add(key)
        node[key] = value
      }
    }
    expect([...optional].toSorted()).toEqual(['allowed', 'mayFire', 'measured', 'mustNotFire', 'requests', 'superseded', 'unit'])
  })

  test('every key of the schema occurs in the example, so nothing in it is left from an older type', () => {
    const inExample = new Set([...nodes({ ...exampleReport, baseline: baselineOf(rolledReport) })].flatMap(([, node]) => Object.keys(node)))
    const inSchema = [...objectSchemas(schema, '')].flatMap(([, { properties = {} }]) => Object.keys(properties))
    expect(inSchema.filter((key) => !inExample.has(key))).toEqual([])
  })

  test('no object of the schema is open, but the map of thresholds', () => {
    const open = [...objectSchemas(schema, '')].filter(([, one]) => one.additionalProperties !== false)
    expect(open.map(([path]) => path)).toEqual([])
  })

  test('closed sets are those of the types', () => {
    const statuses = { complete: true, interrupted: true, crashed: true } satisfies Record<RunReport['status'], true>
    const profiles = { quick: true, standard: true, thorough: true } satisfies Record<RunReport['profile'], true>
    const grades = { demonstrated: true, simulated: true, inspected: true } satisfies Record<EvidenceGrade, true>
    const property = (object: string, key: string): unknown => (schema.$defs[object]?.properties?.[key] as { enum: unknown[] }).enum
    expect(schema.$defs['outcome']?.enum).toEqual(outcomes)
    expect(property('runReport', 'status')).toEqual(Object.keys(statuses))
    expect(property('runReport', 'profile')).toEqual(Object.keys(profiles))
    expect(property('requirement', 'grade')).toEqual([...Object.keys(grades), null])
  })
})

describe('the text of run.json', () => {
  test('gives back exactly the report', () => {
    expect(JSON.parse(reportAsJson(exampleReport))).toEqual(exampleReport)
    expect(JSON.parse(reportAsJson(hostileReport))).toEqual(hostileReport)
  })

  test('does not depend on the order in which objects were built', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).toReversed().map(([key, one]) => [key, reversed(one)]))
    }
    expect(reportAsJson(reversed(exampleReport) as RunReport)).toBe(reportAsJson(exampleReport))
  })

  test('the order names every key of the schema', () => {
    const inSchema = [...objectSchemas(schema, '')].flatMap(([, { properties = {} }]) => Object.keys(properties))
    expect(inSchema.filter((key) => !keyOrder.includes(key))).toEqual([])
    expect(new Set(keyOrder).size).toBe(keyOrder.length)
  })

  test('an infinite measurement is said, not turned into null', () => {
    const [first] = exampleReport.requirements
    const report = { ...exampleReport, requirements: [{ ...first!, evidence: [{ note: 'ready after', measured: Infinity, unit: 's' as const }] }] }
    const written = JSON.parse(reportAsJson(report)) as RunReport
    expect(written.requirements[0]?.evidence).toEqual([{ note: 'ready after (measured: Infinity)', unit: 's' }])
    expect(errorsOf(written)).toEqual([])
  })
})

describe('writing', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'seaworthy-json-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('makes the directory, replaces an older file and leaves nothing else', async () => {
    const target = join(directory, 'deep', 'run')
    await jsonReporter.write(emptyReport, target)
    const paths = await jsonReporter.write(exampleReport, target)
    expect(paths).toEqual([join(target, 'run.json')])
    expect(await readFile(join(target, 'run.json'), 'utf8')).toBe(reportAsJson(exampleReport))
    expect(await readdir(target)).toEqual(['run.json'])
  })
})
