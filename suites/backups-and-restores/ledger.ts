import type { ScenarioContext } from '../../core/scenario.js'
import { corpusOf, longRecords, type CorpusRecord } from './corpus.js'
import { forEachOf, named, withJson } from './operations.js'
import { loads, type CorpusFact } from './vocabulary.js'

const atATime = 8

/** What was written before a backup, and what was removed again. */
export interface Ledger {
  readonly prefix: string
  readonly records: CorpusRecord[]
  readonly deleted: readonly string[]
}

/** Writes the corpus and the records that are deleted again. Recorded as fact `corpus`. */
export async function writeCorpus(context: ScenarioContext, sizes: { readonly corpus: number; readonly deleted: number; readonly longCount: number }): Promise<Ledger> {
  const { data } = context.service
  const prefix = context.traffic.newKey()
  const records = corpusOf({ prefix, count: sizes.corpus, types: data?.types ?? ['text'], longCount: sizes.longCount })
  const written = await writeRecords(context, records)
  const deleted = Array.from({ length: sizes.deleted }, (_, index) => `${prefix}-c-deleted-${index}`)
  const gone = new Set<string>()
  await forEachOf(deleted, atATime, async (key) => {
    if (data?.delete === undefined) return
    const made = await context.traffic.send({ load: 'prepare', operation: named(data.write, 'corpus.write'), via: 'balancer', key })
    const removed = await context.traffic.send({ load: 'prepare', operation: named(data.delete, 'corpus.delete'), via: 'balancer', key })
    if (made.outcome === 'ok' && removed.outcome === 'ok') gone.add(key)
  })
  const ledger: Ledger = { prefix, records: written, deleted: deleted.filter((key) => gone.has(key)) }
  recordCorpus(context, ledger)
  return ledger
}

/** More data, so that a backup lasts longer. */
export async function grow(context: ScenarioContext, ledger: Ledger, count: number): Promise<void> {
  const from = ledger.records.filter(({ kind }) => kind === 'long text').length
  ledger.records.push(...(await writeRecords(context, longRecords(ledger.prefix, from, count))))
  recordCorpus(context, ledger)
}

/** Only what was acknowledged is promised. */
async function writeRecords(context: ScenarioContext, records: readonly CorpusRecord[]): Promise<CorpusRecord[]> {
  const write = context.service.data?.write
  const acknowledged = new Set<string>()
  await forEachOf(records, atATime, async ({ key, value }) => {
    if (write === undefined) return
    const { outcome } = await context.traffic.send({ load: 'prepare', operation: withJson(write, 'corpus.write', { value }), via: 'balancer', key })
    if (outcome === 'ok') acknowledged.add(key)
  })
  return records.filter(({ key }) => acknowledged.has(key))
}

function recordCorpus(context: ScenarioContext, { prefix, records, deleted }: Ledger): void {
  const fact: CorpusFact = { prefix: `${prefix}-c-`, records: records.map(({ key, kind }) => ({ key, kind })), deleted }
  context.fact('corpus', fact)
}

export interface Marks {
  readonly keys: readonly string[]
  stop(): Promise<void>
}

/** One new record after the other, so that a backup's point in time can be told. */
export function startMarks(context: ScenarioContext, ratePerSecond: number): Marks {
  const { data } = context.service
  const keys: string[] = []
  let stopped = false
  const run = async (): Promise<void> => {
    while (!stopped && !context.signal.aborted && data !== undefined) {
      const nextAtMs = context.now() + 1_000 / ratePerSecond
      const key = context.traffic.newKey()
      keys.push(key)
      await context.traffic.send({ load: loads.marks, operation: named(data.write, 'mark.write'), via: 'balancer', key })
      if (!stopped) await context.pause(Math.max(1, nextAtMs - context.now()))
    }
  }
  const running = run()
  running.catch(() => {}) // the scenario was cut; whoever stops them is told
  return {
    keys,
    stop: async () => {
      stopped = true
      await running
    },
  }
}
