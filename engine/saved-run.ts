import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { outcomes } from '../core/outcome.js'
import type { RunReport } from '../core/run-report.js'
import type { SelftestReport } from '../core/selftest-report.js'
import type { RunInput } from './run-directory.js'

/** Throws SW_RUN_UNREADABLE with the path when there is no such run or its input is damaged. */
export function readRunInput(directory: string): RunInput {
  return readAs(inputShape, join(resolve(directory), 'run-input.json')) as unknown as RunInput
}

/** Throws SW_RUN_UNREADABLE like `readRunInput`. */
export function readRunReport(directory: string): RunReport {
  return readAs(reportShape, join(resolve(directory), 'run.json')) as unknown as RunReport
}

/** Throws SW_RUN_UNREADABLE with the path when there is no such selftest, it is damaged, or has no runs of its own that could be judged. */
export function readSelftestReport(directory: string): SelftestReport {
  const path = join(resolve(directory), 'selftest.json')
  return readAs(selftestShape, path, 'Name the folder of a selftest: `seaworthy selftest` says where it writes.') as unknown as SelftestReport
}

/** What the readers of these files rely on; more may stand there, so that a newer version can be read. */
const values = z.record(z.string(), z.union([z.number(), z.array(z.number())]))
const exception = z.looseObject({ requirement: z.string(), reason: z.string(), owner: z.string(), until: z.string() })
const profile = z.enum(['quick', 'standard', 'thorough'])
const outcome = z.enum(outcomes)
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'expected a time as in 2026-01-31T12:00:00Z')
const level = z.union([z.literal(1), z.literal(2), z.literal(3)])
const inputShape = z.looseObject({
  schema: z.literal('seaworthy-run-input/v1'),
  runId: z.string(),
  version: z.string(),
  startedAt: time,
  service: z.looseObject({ name: z.string(), waivers: z.array(exception), overrides: z.record(z.string(), values) }),
  descriptorPath: z.string(),
  driver: z.string(),
  profile,
  randomSeed: z.number(),
  requiredLevel: level.nullable(),
  reproduceWith: z.string(),
  thresholds: z.record(z.string(), values),
  // Nothing passes, or fails, before it ran.
  settled: z.record(z.string(), z.looseObject({ outcome: z.enum(['missing', 'not-applicable', 'skipped']), reason: z.string() })),
  ownSuites: z.array(z.string()).optional(),
  scenarios: z.array(z.looseObject({ id: z.string().regex(/^[\w-]+\/[\w-]+$/, 'expected suite/scenario'), selected: z.array(z.string()), checks: z.array(z.string()).optional() })),
})

const counts = z.record(z.string(), z.number())
const evidence = z.array(z.looseObject({ note: z.string(), requests: z.array(z.number()).optional() }))
const finding = z.looseObject({ check: z.string(), outcome, summary: z.string(), evidence })
const requirement = z.looseObject({
  id: z.string(),
  title: z.string(),
  area: z.string(),
  keyword: z.string(),
  level: z.number(),
  weight: z.number(),
  statement: z.string(),
  outcome,
  scenario: z.string().nullable().optional(),
  waived: z.looseObject({}).nullable(),
  summary: z.string(),
  thresholds: values,
  relaxed: z.array(z.string()),
  findings: z.array(finding),
  evidence,
  remediation: z.string(),
  defects: z.array(z.looseObject({ id: z.string() })),
  reproduce: z.string(),
})
const timeline = z.looseObject({
  bucketMs: z.number(),
  buckets: z.array(z.looseObject({ atMs: z.number() })),
  interventions: z.array(z.looseObject({ name: z.string(), target: z.string(), fromMs: z.number(), toMs: z.number() })),
  phases: z.array(z.looseObject({ name: z.string(), atMs: z.number() })),
})
/** A report may come from elsewhere: what it names is looked for in its own folder only. */
const pathInRun = z.string().refine((path) => !isAbsolute(path) && !path.split(/[\\/]/).includes('..'), 'expected a path inside the folder of the run')
const scenario = z.looseObject({
  id: z.string(),
  title: z.string(),
  history: pathInRun.nullable(),
  logs: z.array(pathInRun),
  durationMs: z.number(),
  requests: z.number(),
  lost: z.number(),
  incomplete: z.string().nullable(),
  timeline,
})
const reportShape = z.looseObject({
  schema: z.literal('seaworthy-run/v1'),
  runId: z.string(),
  status: z.enum(['complete', 'interrupted', 'crashed']),
  restored: z.boolean(),
  notRestored: z.array(z.string()),
  service: z.looseObject({ name: z.string(), descriptor: z.string() }),
  driver: z.string(),
  profile,
  randomSeed: z.number(),
  startedAt: time,
  durationMs: z.number(),
  harness: z.looseObject({ version: z.string(), node: z.string(), platform: z.string(), cpus: z.number() }),
  catalogue: z.looseObject({ version: z.string(), count: z.number() }),
  requiredLevel: level.nullable(),
  score: z.looseObject({ value: z.number().nullable(), coverage: z.number(), level: z.number(), counts }),
  exitCode: z.number().int(),
  verdict: z.string(),
  baseline: z.looseObject({ runId: z.string(), startedAt: z.string(), outcomes: z.record(z.string(), outcome), carried: z.record(z.string(), z.string()).optional() }).optional(),
  areas: z.array(z.looseObject({ id: z.string(), title: z.string(), score: z.number().nullable(), coverage: z.number(), counts })),
  requirements: z.array(requirement),
  scenarios: z.array(scenario),
})

const outcomesOfRun = z.record(z.string(), outcome)
const selftestShape = z.looseObject({
  schema: z.literal('seaworthy-selftest/v1'),
  randomSeed: z.number(),
  startedAt: time,
  durationMs: z.number(),
  clean: z.looseObject({ outcomes: outcomesOfRun, run: pathInRun }).nullable(),
  defects: z.array(z.looseObject({ id: z.string(), outcomes: outcomesOfRun, run: pathInRun, attempts: z.number().int(), durationMs: z.number() })).min(1, 'found no result of a defect'),
  recheck: z.never('it was itself judged again from another one: name that one').optional(),
})

function readAs<T>(shape: z.ZodType<T>, path: string, hint = 'Name the folder of a run, such as seaworthy-runs/latest.'): T {
  const result = shape.safeParse(readJson(path, hint))
  if (result.success) return result.data
  const [first] = result.error.issues
  throw unreadable(path, `${first?.path.join('.') || 'document'}: ${first?.message ?? 'not valid'}`, { hint })
}

function readJson(path: string, hint: string): unknown {
  try {
    // Reading a pipe or a device might never end.
    if (!statSync(path).isFile()) throw new Error('found no regular file')
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown), { hint, cause: thrown })
  }
}

const unreadable = (path: string, found: string, options: { readonly hint: string; readonly cause?: unknown }): SeaworthyError =>
  new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: ${found} (${path})`, options)
