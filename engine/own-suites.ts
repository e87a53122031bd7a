import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { messageOf, SeaworthyError } from '../core/errors.js'
import { requireOwnSuites, type OwnSuite } from '../core/own-suite.js'
import type { Suite } from '../core/scenario.js'

/** What a module in plain JavaScript may lack. Functions are checked to be functions; the rest is for `requireOwnSuites`. */
const callable = z.custom((value) => typeof value === 'function', 'expected a function')
const texts = z.array(z.string())
const values = z.union([z.number(), z.array(z.number())])
const requirement = z.looseObject({
  id: z.string(),
  area: z.string(),
  title: z.string().min(1),
  keyword: z.enum(['MUST', 'SHOULD']),
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  weight: z.number().positive().max(100),
  safety: z.enum(['safe', 'disruptive', 'destructive']),
  statement: z.string().min(1),
  why: z.string(),
  source: texts,
  needs: texts,
  absence: z.looseObject({ rule: z.enum(['fail', 'na-justified', 'na-structural']) }),
  procedure: texts,
  passCriterion: z.string(),
  thresholds: z.array(z.looseObject({ key: z.string(), unit: z.string(), meaning: z.string(), standard: values })),
  inconclusiveIf: texts,
  evidence: texts,
  remediation: z.string(),
  defects: z.array(z.never(), 'expected none: defects are of the reference service'),
  mustNotFire: texts,
  mayFire: texts,
  requires: texts.optional(),
})
const check = z.looseObject({ id: z.string(), requirement: z.string(), evaluate: callable })
const scenario = z.looseObject({ id: z.string(), title: z.string(), needs: texts, instanceCountMin: z.number().int().min(1), expectedMs: callable, exercise: callable, checks: z.array(check) })
const suiteShape = z.looseObject({
  id: z.string(),
  title: z.string(),
  areas: z.array(z.looseObject({ id: z.string(), title: z.string() })),
  requirements: z.array(requirement),
  scenarios: z.array(scenario),
  counterexamples: z.record(z.string(), z.array(z.looseObject({ kind: z.string() }))),
})

/**
 * Loads the suites that modules export by default, one or a list each. `ours` are the suites they must not shadow.
 * Throws SW_SUITE_UNREADABLE when a module cannot be loaded, SW_SUITE_INVALID when what it exports is no sound suite.
 */
export async function loadOwnSuites(paths: readonly string[], ours: readonly Suite[]): Promise<readonly OwnSuite[]> {
  const suites: OwnSuite[] = []
  for (const path of paths) suites.push(...(await suitesOf(path)))
  requireOwnSuites(suites, ours)
  return suites
}

async function suitesOf(path: string): Promise<readonly OwnSuite[]> {
  let exported: unknown
  try {
    exported = ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default
  } catch (thrown) {
    throw new SeaworthyError('SW_SUITE_UNREADABLE', `while loading the suite ${shown(path)}: ${messageOf(thrown)}`, { cause: thrown, hint: 'Modules listed in suites are JavaScript modules that export a suite by default.' })
  }
  const found = Array.isArray(exported) ? (exported as unknown[]) : [exported]
  return found.map((one) => {
    const result = suiteShape.safeParse(one)
    if (result.success) return one as OwnSuite
    const problems = result.error.issues.map((issue) => `${issue.path.map(String).join('.') || 'default export'}: ${issue.message}`)
    throw new SeaworthyError('SW_SUITE_INVALID', `while loading the suite ${shown(path)}: ${problems.join('; ')}`, { hint: 'docs/writing-a-suite.md has a suite to begin with; defineRequirement fills in what may be left out.' })
  })
}

const shown = (path: string): string => relative(process.cwd(), path)
