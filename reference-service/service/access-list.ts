import { createHash } from 'node:crypto'
import { isMapping } from './mapping.js'

const permissions = ['read', 'write', 'operate'] as const
export type Permission = (typeof permissions)[number]

/** Requests that are accepted in any span of `perMs`. */
export interface CallerLimit {
  readonly requests: number
  readonly perMs: number
}

/** A caller that is known by a key, of which only the hash is kept: the list stands in every archive of the configuration. */
export interface ListedCaller {
  readonly keyHash: string // SHA-256, in hex
  readonly may: readonly Permission[]
  readonly limit?: CallerLimit
}

/** Who may do what. Callers that are not on it: `closed` refuses them, `open` lets them read and write. */
export interface AccessList {
  readonly unlisted: 'closed' | 'open'
  readonly callers: Readonly<Record<string, ListedCaller>>
}

export const keyHashOf = (key: string): string => createHash('sha256').update(key).digest('hex')

const found = (value: unknown, at: string, expected: string): Error => new Error(`found ${JSON.stringify(value)} at ${at}, expected ${expected}`)

/** Of a configuration; undefined when there is none. Throws with the place of a mistake. */
export function accessListOf(document: unknown): AccessList | undefined {
  if (document === undefined || document === null) return undefined
  if (!isMapping(document)) throw found(document, 'access', 'a mapping')
  const { unlisted = 'closed', callers = {}, ...unknown } = document
  requireNothingElse(unknown, 'access', 'unlisted, callers')
  if (unlisted !== 'closed' && unlisted !== 'open') throw found(unlisted, 'access.unlisted', 'closed or open')
  if (!isMapping(callers)) throw found(callers, 'access.callers', 'a mapping of names')
  return { unlisted, callers: Object.fromEntries(Object.entries(callers).map(([name, caller]) => [name, callerOf(caller, `access.callers.${name}`)])) }
}

function callerOf(document: unknown, at: string): ListedCaller {
  if (!isMapping(document)) throw found(document, at, 'a mapping')
  const { key, keyHash = typeof key === 'string' ? keyHashOf(key) : undefined, may, limit, ...unknown } = document
  requireNothingElse(unknown, at, 'keyHash, may, limit')
  if (typeof keyHash !== 'string' || !/^[0-9a-f]{64}$/.test(keyHash)) throw found(keyHash, `${at}.keyHash`, 'a SHA-256 in hex')
  return { keyHash, may: permissionsOf(may, `${at}.may`), ...(limit === undefined ? {} : { limit: limitOf(limit, `${at}.limit`) }) }
}

/** Throws with the place of a mistake. */
export function permissionsOf(document: unknown, at: string): readonly Permission[] {
  if (!Array.isArray(document)) throw found(document, at, `a list of ${permissions.join(', ')}`)
  const stranger: unknown = document.find((one: unknown) => !(permissions as readonly unknown[]).includes(one))
  if (stranger !== undefined) throw found(stranger, at, `one of ${permissions.join(', ')}`)
  return document as readonly Permission[]
}

function limitOf(document: unknown, at: string): CallerLimit {
  if (!isMapping(document)) throw found(document, at, 'a mapping')
  const { requests, perMs, ...unknown } = document
  requireNothingElse(unknown, at, 'requests, perMs')
  if (!Number.isInteger(requests) || (requests as number) < 1) throw found(requests, `${at}.requests`, 'a whole number from 1')
  if (!Number.isInteger(perMs) || (perMs as number) < 1) throw found(perMs, `${at}.perMs`, 'a whole number from 1')
  return { requests: requests as number, perMs: perMs as number }
}

function requireNothingElse(unknown: Readonly<Record<string, unknown>>, at: string, expected: string): void {
  const [name] = Object.keys(unknown)
  if (name !== undefined) throw new Error(`found ${at}.${name}, expected one of: ${expected}`)
}
