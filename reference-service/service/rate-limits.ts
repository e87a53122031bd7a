import type { FastifyReply } from 'fastify'
import { defective } from '../defects.js'
import { SlidingWindows, type Taken } from '../sliding-window.js'
import type { CallerLimit } from './access-list.js'
import type { Cache } from './cache.js'
import { TooManyRequests } from './errors.js'

/**
 * Requests of each caller, counted in the cache for all replicas together. While the cache does not answer each replica counts alone: a
 * limit that is too wide for a moment is better than a service that refuses everybody.
 */
export class RateLimits {
  private readonly alone = new SlidingWindows()

  constructor(private readonly cache: Cache) {}

  /** Says in the answer what is left. Throws TooManyRequests when nothing is. */
  async count(caller: string, limit: CallerLimit, reply: FastifyReply): Promise<void> {
    const bucket = defective('accs.shared-bucket') ? 'everybody' : caller
    const counted = defective('accs.limit-per-replica') ? undefined : await this.cache.take(bucket, limit)
    const taken = counted ?? this.alone.take(bucket, limit, performance.now())
    // What was accepted here is remembered here as well, so that the quota does not begin anew when the cache goes away.
    if (counted?.accepted === true) this.alone.take(bucket, limit, performance.now())
    say(reply, limit, taken)
    if (taken.accepted || defective('accs.limit-ignored')) return
    throw new TooManyRequests(`the caller ${caller} has made ${limit.requests} requests in ${limit.perMs} ms`, defective('accs.retry-after-rounded-down') ? Math.floor(taken.resetMs / 1_000) : seconds(taken.resetMs))
  }
}

/** Never earlier than it is true. */
const seconds = (spanMs: number): number => Math.ceil(spanMs / 1_000)

/** The RateLimit fields, draft-ietf-httpapi-ratelimit-headers. */
function say(reply: FastifyReply, { requests, perMs }: CallerLimit, { remaining, resetMs }: Taken): void {
  reply.header('ratelimit-policy', `"caller";q=${requests};w=${seconds(perMs)}`)
  reply.header('ratelimit', `"caller";r=${remaining};t=${seconds(resetMs)}`)
}
