import type { RunReport } from '../core/run-report.js'
import { singleFileReporter } from './single-file-reporter.js'

/**
 * Keys in the order a person reads a report; one list for all objects, because no two of them need the same keys in
 * different orders. Keys that are not listed (thresholds) follow in alphabetical order.
 */
export const keyOrder: readonly string[] = [
  'schema', 'runId', 'status', 'restored', 'notRestored', 'service', 'name', 'descriptor', 'driver', 'profile', 'randomSeed',
  'startedAt', 'harness', 'catalogue', 'version', 'node', 'platform', 'cpus', 'count', 'requiredLevel', 'exitCode', 'verdict', 'baseline',
  'value', 'id', 'title', 'area', 'keyword', 'outcome', 'check', 'score', 'coverage', 'level', 'weight', 'counts', 'passed',
  'failed', 'missing', 'inconclusive', 'error', 'not-applicable', 'skipped', 'statement', 'waived', 'reason', 'owner', 'until', 'staleWaiver', 'skip', 'cause', 'asked', 'allow',
  'scenario', 'summary', 'strength', 'n', 'bound95', 'grade', 'thresholds', 'relaxed', 'note', 'measured', 'allowed', 'unit',
  'findings', 'evidence', 'superseded', 'remediation', 'defects', 'how', 'mustNotFire', 'mayFire', 'reproduce', 'history', 'logs', 'durationMs', 'requests', 'lost',
  'incomplete', 'outcomes', 'carried', 'timeline', 'bucketMs', 'atMs', 'ok', 'refused', 'latencyMsMax', 'target', 'label', 'fromMs', 'toMs',
  'witnessed', 'buckets', 'interventions', 'phases', 'areas', 'requirements', 'scenarios',
]
const positions = new Map(keyOrder.map((key, position) => [key, position]))

function compareKeys(a: string, b: string): number {
  const difference = (positions.get(a) ?? keyOrder.length) - (positions.get(b) ?? keyOrder.length)
  return difference !== 0 ? difference : a < b ? -1 : 1
}

/**
 * The text of `run.json`: two spaces, keys in a fixed order whatever order they were built in, so that two runs can
 * be compared line by line. JSON has no infinities: an evidence value that is not finite is left out and said in the
 * note, because `null` would read as "not measured".
 */
export function reportAsJson(report: RunReport): string {
  return `${JSON.stringify(ordered(report), null, 2)}\n`
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const source = withFiniteValues(value as Readonly<Record<string, unknown>>)
  const keys = Object.keys(source).toSorted(compareKeys)
  // A null prototype keeps a key named __proto__ an ordinary key.
  const target = Object.create(null) as Record<string, unknown>
  for (const key of keys) target[key] = ordered(source[key])
  return target
}

function withFiniteValues(source: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const infinite = ['measured', 'allowed'].filter((key) => typeof source[key] === 'number' && !Number.isFinite(source[key]))
  if (infinite.length === 0 || typeof source['note'] !== 'string') return source
  const kept = Object.fromEntries(Object.entries(source).filter(([key]) => !infinite.includes(key)))
  const said = infinite.map((key) => `${key}: ${String(source[key])}`).join(', ')
  return { ...kept, note: `${source['note']} (${said})` }
}

export const jsonReporter = singleFileReporter('json', { file: 'run.json', contents: 'everything that is known about the run, for machines' }, reportAsJson)
