import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'

/** States in which health is read. The `turning-…` ones are on the way: no settled answer can be expected in them, and none at all of a frozen replica. */
export type HealthState = 'healthy' | 'turning-degraded' | 'degraded' | 'turning-failing' | 'failing' | 'frozen' | 'recovered' | 'draining'

/** One answer of a health endpoint. No answer: `status` is null. */
export interface HealthAnswer {
  readonly target: string // instance or 'balancer'
  readonly atMs: number
  readonly state: string
  readonly endpoint: 'readiness' | 'liveness' | 'detail'
  readonly status: number | null
  /** Why there is none: 'TIMEOUT', 'ECONNREFUSED'. */
  readonly code?: string
  readonly body: string // '' when there was no answer
  readonly json?: unknown
  readonly cacheControl?: string
  readonly age?: string
  readonly durationMs: number
}

export function healthAnswersOf(history: History): HealthAnswer[] {
  return observationsOf(history, 'health-answer').map((event) => ({
    body: '',
    ...(event.value as Omit<HealthAnswer, 'target' | 'atMs' | 'body'> & { readonly body?: string }),
    target: event.target,
    atMs: event.atMs,
  }))
}

const passWords: ReadonlySet<string> = new Set(['pass', 'ok', 'up', 'healthy', 'warn', 'warning'])
const failWords: ReadonlySet<string> = new Set(['fail', 'failed', 'failing', 'error', 'down', 'unhealthy'])

/**
 * What the body says: the word at /status (draft-inadarei-api-health-check-06, 3.1), or the only word of a text, when it is
 * one that has a meaning.
 */
export function bodySays({ json, body }: { readonly json?: unknown; readonly body?: string }): 'pass' | 'fail' | undefined {
  const word = wordOf(json) ?? onlyWordOf(body)
  if (word === undefined) return undefined
  return passWords.has(word) ? 'pass' : failWords.has(word) ? 'fail' : undefined
}
function wordOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const word = (json as Readonly<Record<string, unknown>>)['status']
  return typeof word === 'string' ? word.toLowerCase() : undefined
}

const onlyWordOf = (body = ''): string | undefined => /^"?([a-z]+)"?[.!]?$/i.exec(body.trim())?.[1]?.toLowerCase()

/** What the status code says, as a balancer reads it. */
export const codeSays = (status: number): 'pass' | 'fail' => (status >= 200 && status < 400 ? 'pass' : 'fail')

/** Status code and body contradict each other. An answer without a word of health cannot. */
export function disagrees(answer: HealthAnswer): boolean {
  const said = bodySays(answer)
  return answer.status !== null && said !== undefined && said !== codeSays(answer.status)
}

/** Turned failing, in body or status code. */
export const saysFail = (answer: HealthAnswer): boolean => answer.status !== null && (codeSays(answer.status) === 'fail' || bodySays(answer) === 'fail')

const brokenWords: ReadonlySet<string> = new Set([...failWords, 'warn', 'warning', 'degraded', 'unavailable', 'critical', 'timeout', 'refused', 'disconnected', 'unreachable'])
const stateKeys = ['status', 'state', 'health', 'ok', 'healthy', 'up', 'available', 'connected']
const nameKeys = ['name', 'component', 'componentId', 'dependency', 'id']

/**
 * Whether the detail says that this component does not pass: an entry under a key that contains its name, or an entry
 * that carries it as its name, with a state that is not passing. In a text that is not JSON, the name is enough.
 */
export function namesBroken(answer: Pick<HealthAnswer, 'json' | 'body'>, component: string): boolean {
  const name = component.toLowerCase()
  if (typeof answer.json === 'object' && answer.json !== null) return entryNames(answer.json, name)
  return answer.body.toLowerCase().includes(name)
}

function entryNames(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some((one) => entryNames(one, name))
  const entries = Object.entries(value)
  const named = entries.some(([key, one]) => nameKeys.includes(key) && typeof one === 'string' && one.toLowerCase().includes(name))
  if (named && isBroken(value)) return true
  return entries.some(([key, one]) => (key.toLowerCase().includes(name) && isBroken(one)) || entryNames(one, name))
}

function isBroken(value: unknown): boolean {
  if (value === false) return true
  if (typeof value === 'string') return brokenWords.has(value.toLowerCase())
  if (Array.isArray(value)) return value.some(isBroken)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, one]) => stateKeys.includes(key) && isBroken(one))
}
