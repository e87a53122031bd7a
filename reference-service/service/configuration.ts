import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { defective } from '../defects.js'
import { accessListOf, type AccessList } from './access-list.js'
import { importDefaults, importSettingsOf, type ImportSettings } from './import-settings.js'
import { ConfigurationError } from './configuration-error.js'
import { isMapping } from './mapping.js'
import { isPresentationKey, presentationDefaults, presentationOf, type Presentation } from './presentation.js'

/** All settings with their defaults. Times in milliseconds. The sections of numbers are read once, at the start of a process. */
const sectionDefaults = {
  http: { keepAliveTimeoutMs: 60_000 },
  warmUp: { durationMs: 300 },
  database: { poolSize: 10, connectTimeoutMs: 1_000, primaryQueryTimeoutMs: 3_000, replicaQueryTimeoutMs: 500 },
  monitor: { intervalMs: 250, timeoutMs: 500, failuresUntilDown: 2 },
  reads: { stalenessMsMax: 750 },
  restore: { objectsPerSecond: 100 },
  sources: { timeoutMs: 800, breakerFailures: 5, breakerWindowMs: 1_000 },
  search: { concurrency: 5, queue: 5, waitMs: 150, costMs: 100, reducedCostMs: 25 },
  drain: { graceMs: 2_000, deadlineMs: 5_000 },
}
type Sections = typeof sectionDefaults
export const defaults = { ...sectionDefaults, ...presentationDefaults, imports: importDefaults }
export type Configuration = Sections & Presentation & { readonly imports: ImportSettings; readonly access?: AccessList }

type Section = Record<string, number>

function sectionOf(name: string, found: unknown, fallback: Section): Section {
  if (!isMapping(found)) throw new Error(`found ${JSON.stringify(found)} at ${name}, expected a mapping`)
  const section = { ...fallback }
  for (const [key, value] of Object.entries(found)) {
    if (!(key in fallback)) throw new Error(`found ${name}.${key}, expected one of: ${Object.keys(fallback).join(', ')}`)
    if (typeof value !== 'number' || !(value >= 0)) throw new Error(`found ${JSON.stringify(value)} at ${name}.${key}, expected a number from 0`)
    section[key] = value
  }
  return section
}

/** The text of a configuration file, complete: what is missing has its default. Throws with the place of a mistake. */
export function parseConfiguration(text: string): Configuration {
  const document: unknown = parse(text) ?? {}
  if (!isMapping(document)) throw new Error('expected a mapping of sections')
  const sections: Record<string, Section> = { ...sectionDefaults }
  for (const [name, found] of Object.entries(document)) {
    if (isPresentationKey(name) || name === 'access' || name === 'imports') continue
    if (name === 'exportedAt' && defective('conf.noisy-archive')) continue
    const fallback = sections[name]
    if (!fallback) throw new Error(`found the section ${name}, expected one of: ${[...Object.keys(defaults), 'access'].join(', ')}`)
    sections[name] = sectionOf(name, found, fallback)
  }
  const access = accessListOf(document['access'])
  return { ...(sections as Sections), ...presentationOf(document), imports: importSettingsOf(document['imports']), ...(access === undefined ? {} : { access }) }
}

export const readConfiguration = (path: string): Configuration => {
  try {
    return parseConfiguration(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new ConfigurationError(`while reading the configuration ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** The first section that is read at the start only and is not the same in both; undefined when all are. */
export const changedSection = (before: Configuration, after: Configuration): string | undefined =>
  (Object.keys(sectionDefaults) as (keyof Sections)[]).find((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
