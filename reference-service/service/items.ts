import type { FastifyInstance, FastifyRequest } from 'fastify'
import { defective } from '../defects.js'
import { Refusal } from './errors.js'
import type { RecordStore, StoredRecord } from './record-store.js'
import { addSharedPool } from './shared-pool.js'
import { SourceAway, type Source } from './source.js'
import type { Recommendations, Sources } from './sources.js'

type Keyed = { Params: { key: string } }

/** What a source says, or what there is instead of it: then `degraded` names the source. */
interface Served<T> {
  readonly content: T
  readonly degraded: readonly string[]
}

/** An answer of an earlier request is better than none, as long as it is not passed off as a fresh one. */
async function servedBy<T>(source: Source<T>, key: string, otherwise: T): Promise<Served<T>> {
  try {
    return { content: await source.about(key), degraded: [] }
  } catch (error) {
    if (!(error instanceof SourceAway)) throw error
    const silently = defective('degr.silent-stale') && source.last !== undefined
    return { content: source.last ?? otherwise, degraded: silently ? [] : [source.name] }
  }
}

/** Pages of a shop: what is known of an item, with what others have to say about it when they can. */
export function itemRoutes(app: FastifyInstance, { records, sources }: { readonly records: RecordStore; readonly sources: Sources }): void {
  if (defective('degr.shared-pool')) addSharedPool(app)
  const itemOf = async (key: string): Promise<StoredRecord> => {
    const record = await records.get(key)
    if (!record) throw new Refusal(404, `no item ${key}`)
    return record
  }

  app.get<Keyed>('/items/:key', async ({ params: { key } }: FastifyRequest<Keyed>) => {
    const [item, recommended] = await Promise.all([itemOf(key), recommendedFor(sources, key)])
    return { key, value: item.value, recommendations: recommended.content.items, degraded: recommended.degraded }
  })

  app.get<Keyed>('/items/:key/reviews', async ({ params: { key } }: FastifyRequest<Keyed>) => {
    const { content, degraded } = await servedBy(sources.reviews, key, { stars: 0, count: 0 })
    return { key, reviews: content, degraded }
  })

  // Several sources in one answer: what one of them does not give is left out and named.
  app.get<Keyed>('/items/:key/page', async ({ params: { key } }: FastifyRequest<Keyed>) => {
    const [item, recommendations, reviews] = await Promise.all([itemOf(key), partOf(sources.recommendations, key), partOf(sources.reviews, key)])
    const parts = { recommendations: recommendations?.items, reviews }
    const missing = Object.entries(parts).flatMap(([name, part]) => (part === undefined ? [name] : []))
    return { key, stock: { value: item.value, available: true }, ...parts, missing }
  })
}

function recommendedFor({ recommendations }: Sources, key: string): Promise<Served<Recommendations>> {
  if (defective('degr.soft-dep-is-hard')) {
    return recommendations.about(key).then(
      (content) => ({ content, degraded: [] }),
      (error: SourceAway) => {
        if (error.reason === 'slow') return { content: { items: [] }, degraded: [recommendations.name] }
        throw new Refusal(502, error.message)
      },
    )
  }
  return servedBy(recommendations, key, { items: [] })
}

async function partOf<T>(source: Source<T>, key: string): Promise<T | undefined> {
  try {
    return await source.about(key)
  } catch (error) {
    if (!(error instanceof SourceAway)) throw error
    if (defective('degr.all-or-nothing')) throw new Refusal(502, error.message)
    return undefined
  }
}
