import { parseDictionary, parseList } from 'structured-headers'
import type { RequestEvent } from '../../core/history.js'
import type { LimitFact } from './names.js'

/** What the RateLimit fields of an answer say, in whichever of their forms. */
interface Fields {
  readonly quota?: number
  readonly windowS?: number
  readonly remaining?: number
  readonly resetS?: number
}
const toleranceUnits = 1
const toleranceS = 1

/** What is wrong with the RateLimit fields of an answer, if it carries any. `retryMs` is what its Retry-After says. */
export function fieldProblem({ captured = {}, status }: RequestEvent, limit: LimitFact, retryMs: number | undefined): string | undefined {
  let fields: Fields
  try {
    fields = fieldsOf(captured, limit)
  } catch (error) {
    return `they cannot be parsed (${(error as Error).message})`
  }
  const { quota, windowS, remaining, resetS } = fields
  // A bucket that holds a burst may be told as it is.
  if (quota !== undefined && (quota < limit.quota - toleranceUnits || quota > limit.quota + limit.burst + toleranceUnits)) return `they give a quota of ${quota}, declared are ${limit.quota}`
  if (windowS !== undefined && Math.abs(windowS - limit.windowMs / 1_000) > toleranceS) return `they give a window of ${windowS} s, declared are ${limit.windowMs} ms`
  if (remaining !== undefined && (remaining < 0 || remaining > limit.quota + limit.burst + toleranceUnits)) return `they say that ${remaining} requests remain of ${limit.quota}`
  if (status !== 429) return undefined
  if (remaining !== undefined && remaining > toleranceUnits) return `a refusal says that ${remaining} requests remain`
  // One request may be accepted sooner than the whole quota is back, in a sliding window or from a bucket, and never later.
  const wholeS = (limit.windowMs * (1 + limit.burst / limit.quota)) / 1_000
  if (resetS !== undefined && resetS > wholeS + toleranceS) return `they say to wait for ${resetS} s, the window is ${limit.windowMs} ms`
  if (resetS !== undefined && retryMs !== undefined && resetS < retryMs / 1_000 - toleranceS) return `they say to wait for ${resetS} s, Retry-After says ${retryMs / 1_000} s`
  return undefined
}

/** Throws when a field is there and is none of the forms of draft-ietf-httpapi-ratelimit-headers. */
function fieldsOf(captured: Readonly<Record<string, unknown>>, declared: LimitFact): Fields {
  const { policy, rateLimit, limit, remaining, reset } = captured
  return {
    ...separate({ quota: limit, remaining, resetS: reset }),
    ...(typeof policy === 'string' ? ofPolicy(policy, declared) : {}),
    ...(typeof rateLimit === 'string' ? ofRateLimit(rateLimit) : {}),
  }
}

/** Drafts 00 to 06: RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset, each beginning with a whole number. */
function separate(named: Readonly<Record<'quota' | 'remaining' | 'resetS', unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => {
      if (value === undefined) return []
      const number = /^\s*(\d+)\s*($|[,;])/.exec(String(value))?.[1]
      if (number === undefined) throw new Error(`found ${JSON.stringify(value)}, expected a whole number`)
      return [[name, Number(number)]]
    }),
  )
}

/** Draft 07: `limit=10, remaining=5, reset=3`; from draft 08 on: `"name";r=5;t=3`. */
function ofRateLimit(field: string): Fields {
  if (/(^|[\s,])(limit|remaining|reset)=/.test(field)) {
    const items = parseDictionary(field)
    return named({ quota: items.get('limit')?.[0], remaining: items.get('remaining')?.[0], resetS: items.get('reset')?.[0] })
  }
  const all = parseList(field).map(([, parameters]) => named({ remaining: parameters.get('r'), resetS: parameters.get('t') }))
  // Of several limits the one that refuses first is the one of which least remains.
  return all.sort((one, other) => (one.remaining ?? Infinity) - (other.remaining ?? Infinity))[0] ?? {}
}

/** From draft 08 on `"name";q=10;w=60`, before `10;w=60`. Of several policies the one whose window is nearest to the declared one. */
function ofPolicy(field: string, { windowMs }: LimitFact): Fields {
  const all = parseList(field).map(([value, parameters]) => named({ quota: typeof value === 'number' ? value : parameters.get('q'), windowS: parameters.get('w') }))
  const distance = ({ windowS = 0 }: Fields): number => Math.abs(windowS - windowMs / 1_000)
  return all.sort((one, other) => distance(one) - distance(other))[0] ?? {}
}

function named(values: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined) return []
      if (typeof value !== 'number') throw new Error(`found ${JSON.stringify(value)}, expected a number`)
      return [[name, value]]
    }),
  )
}
