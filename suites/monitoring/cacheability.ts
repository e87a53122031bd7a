import type { HealthAnswer } from './health-answer.js'

/**
 * What may have happened, or may happen, to one health answer (RFC 9111): it came out of a cache, a cache is told it
 * may keep it, a cache must not reuse it unasked, or nothing is said. Answers that fail are not kept by themselves.
 */
export type Cacheability = 'was-cached' | 'allowed' | 'forbidden' | 'not-forbidden'

export function cacheabilityOf({ age, cacheControl, status }: Pick<HealthAnswer, 'age' | 'cacheControl' | 'status'>): Cacheability {
  if (age !== undefined && age !== '') return 'was-cached'
  const directives = new Map((cacheControl ?? '').toLowerCase().split(',').map((one) => parts(one)))
  if (directives.has('no-store') || directives.has('no-cache')) return 'forbidden'
  const lifetimes = ['s-maxage', 'max-age'].map((name) => directives.get(name)).filter((value) => value !== undefined)
  if (lifetimes.some((value) => Number(value) > 0)) return 'allowed'
  if (lifetimes.length > 0) return 'forbidden'
  return status !== null && status >= 400 ? 'forbidden' : 'not-forbidden'
}

function parts(directive: string): [string, string] {
  const [name = '', value = ''] = directive.split('=')
  return [name.trim(), value.trim().replaceAll('"', '')]
}
