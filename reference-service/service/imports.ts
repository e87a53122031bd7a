import type { FastifyInstance, FastifyRequest } from 'fastify'
import { defective } from '../defects.js'
import type { AuditLog } from './audit.js'
import type { DatabaseAccess, Statements } from './database-access.js'
import { Refusal } from './errors.js'
import { canonical, changesBetween, parseFeed, underRules, type Changes, type Rejected } from './import-feed.js'
import { noRules, withRule, type Rule } from './import-settings.js'
import type { LiveConfiguration } from './live-configuration.js'
import { log } from './log.js'
import { isMapping } from './mapping.js'
import { recordFormats } from './record-format.js'
import { upsertOf } from './record-store.js'

export interface ImportParts {
  readonly database: DatabaseAccess
  readonly live: LiveConfiguration
  readonly audit: AuditLog
  /** Of the release that runs. */
  readonly recordFormat: 1 | 2
}

/** Any number: imports of one source wait for each other. */
const importLock = 7_201_002
const ndjson = 'application/x-ndjson'
type OfSource = { Params: { source: string } }
type OfKey = { Params: { source: string; key: string } }
const prefixOf = (source: string): string => `${source}.`

/**
 * Records from elsewhere: `POST /admin/imports/{source}` takes a whole feed and makes the records `{source}.{key}` what it says, under the
 * rules of operators. Everything in one transaction; what would change more than the limit is stopped before it begins.
 */
export function importRoutes(app: FastifyInstance, parts: ImportParts): void {
  const { database, live, audit } = parts
  const ofSource = ({ params }: FastifyRequest): string => (params as { source: string }).source
  const ofRule = ({ params }: FastifyRequest): string => `${(params as OfKey['Params']).source}/${(params as OfKey['Params']).key}`
  const config = { control: true }
  app.addContentTypeParser(ndjson, { parseAs: 'string' }, (_request, body, parsed) => parsed(null, body))

  app.post<OfSource & { Querystring: { permit?: string } }>('/admin/imports/:source', { config, ...audit.of('import', ofSource) }, async ({ params: { source }, query, body }) => runImport(parts, { source, text: typeof body === 'string' ? body : '', permitted: query.permit === '1' }))
  app.get<OfSource>('/admin/imports/:source', { config }, async ({ params: { source } }) => lastImport(database, source))
  app.put<OfKey>('/admin/imports/:source/rules/:key', { config, ...audit.of('import-rule', ofRule) }, async ({ params, body }) => ({ revision: await setRule(live, params, ruleOf(body)) }))
  app.delete<OfKey>('/admin/imports/:source/rules/:key', { config, ...audit.of('import-rule', ofRule) }, async ({ params }) => ({ revision: await setRule(live, params, undefined) }))
  app.get<OfSource>('/imports/:source/records', async ({ params: { source } }) => {
    const rows = await database.strong<{ key: string; value: unknown }>('select key, value from records where key >= $1 and starts_with(key, $1) order by key', [prefixOf(source)])
    return { records: rows.map(({ key, value }) => ({ key: key.slice(prefixOf(source).length), value })) }
  })
}

const setRule = (live: LiveConfiguration, place: OfKey['Params'], rule: Rule | undefined): Promise<string> => live.change(({ imports }) => ({ imports: withRule(imports, place, rule) }))

function ruleOf(body: unknown): Rule {
  const { block, override } = isMapping(body) ? body : {}
  if (block === true && override === undefined) return { kind: 'block' }
  if (override !== undefined && block === undefined) return { kind: 'override', value: override }
  throw new Refusal(422, 'expected a JSON object with "block": true or "override": a value')
}

interface Wanted {
  readonly source: string
  readonly text: string
  readonly permitted: boolean
}
interface Imported {
  readonly records: number
  readonly changed: number
  readonly rejected: readonly Rejected[]
}

async function runImport({ database, live, recordFormat }: ImportParts, { source, text, permitted }: Wanted): Promise<Imported> {
  // Rules are followed twice a second; an import is rare enough to ask for the newest.
  await live.refresh()
  const { changeShareMax, rules } = live.inForce.imports
  const own = defective('impt.blocklist-ignored') ? noRules : (rules[source] ?? noRules)
  const feed = parseFeed(text)
  const midway = defective('impt.aborts-midway') && feed.rejected.length > 0
  const wanted = underRules(midway ? feed.beforeRejected : feed.records, own)
  const rejected = midway ? [] : feed.rejected
  const outcome = await database.transaction(async (statements) => {
    const present = await presentRecords(statements, source)
    const changes = changesBetween(present, wanted, { removes: feed.rejected.length === 0, blocked: own.block })
    const changed = changes.put.size + changes.remove.length
    const limit = Math.floor(changeShareMax * present.size)
    const stopped = present.size > 0 && changed > limit && !permitted && !defective('impt.no-change-limit')
    if (!stopped) await apply(statements, { source, changes, recordFormat })
    await statements('insert into imports (source, state, changed, present, rejected) values ($1, $2, $3, $4, $5)', [source, stopped ? 'stopped' : 'done', changed, present.size, JSON.stringify(rejected)])
    return { stopped, changed, limit, present: present.size }
  })
  log(`import of ${source}`, { ...outcome, rejected: rejected.length })
  if (outcome.stopped) throw new Refusal(409, `the import would change ${outcome.changed} of ${outcome.present} records, without permission it may change ${outcome.limit}: nothing was changed`)
  return { records: wanted.size, changed: outcome.changed, rejected }
}

async function presentRecords(statements: Statements, source: string): Promise<Map<string, string>> {
  await statements('select pg_advisory_xact_lock($1, hashtext($2))', [importLock, source])
  const rows = await statements<{ key: string; value: unknown }>('select key, value from records where key >= $1 and starts_with(key, $1)', [prefixOf(source)])
  return new Map(rows.map(({ key, value }) => [key.slice(prefixOf(source).length), canonical(value)]))
}

async function apply(statements: Statements, { source, changes, recordFormat }: { readonly source: string; readonly changes: Changes; readonly recordFormat: 1 | 2 }): Promise<void> {
  const format = recordFormats[recordFormat]
  const upsert = upsertOf(format)
  if (changes.remove.length > 0) await statements('delete from records where key = any($1)', [changes.remove.map((key) => prefixOf(source) + key)])
  for (const [key, value] of changes.put) await statements(upsert, [prefixOf(source) + key, format.encode(value)])
}

/** What became of the last import; an alert is there while it is one that was stopped, or that rejected something. */
async function lastImport(database: DatabaseAccess, source: string): Promise<object> {
  const [last] = await database.strong<{ state: string; changed: number; present: number; rejected: readonly Rejected[] }>('select state, changed, present, rejected, at from imports where source = $1 order by id desc limit 1', [source])
  if (last === undefined) throw new Refusal(404, `nothing was imported from ${source}`)
  const alert = last.state === 'stopped' ? `the last import was stopped: it would change ${last.changed} of ${last.present} records` : last.rejected.length > 0 ? `the last import rejected ${last.rejected.length} lines` : undefined
  return { source, ...last, ...(alert === undefined ? {} : { alert }) }
}
