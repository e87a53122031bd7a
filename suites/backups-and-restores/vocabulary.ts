import type { RequestEvent } from '../../core/history.js'
import type { Intervention } from '../../core/reading.js'

/** Names that scenarios write and checks read. */
export const loads = {
  users: 'users',
  marks: 'marks',
  transfers: 'transfers',
  whileFrozen: 'while-frozen',
} as const
/** Requests that read back what a restore of the backup of this label brought. */
export const restoredLoads = (label: string) => ({
  corpus: `restored-corpus-${label}`,
  deleted: `restored-deleted-${label}`,
  marks: `restored-marks-${label}`,
  markers: `restored-markers-${label}`,
  balances: `restored-balances-${label}`,
})

export const interventions = {
  create: 'backup.create',
  verify: 'backup.verify',
  isolated: 'backup.restore-isolated',
  live: 'backup.restore-live',
  account: 'backup.restore-account',
} as const
export const liveLabel = (index: number): string => `live-${index + 1}`
export const isLiveLabel = (label: string | undefined): label is string => /^live-\d+$/.test(label ?? '')
export const frozenLabel = 'primary-frozen'

/** Observation `artifact` of target label: what there was at the path of a backup after it was made. */
export interface Artifact {
  readonly bytes: number
  readonly sha256: string
}
/** Observation `steady-traffic` of target label: the span before a backup to compare with. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}
/** Fact `transfer-accounts`. */
export interface TransferAccounts {
  readonly accounts: readonly string[]
  readonly balance: number
}
/** Observation `transfers`, all that were sent, in the order of sending. */
export interface Transfer {
  readonly marker: string
  readonly from: string
  readonly to: string
  readonly amount: number
}
/** Observation `fuzzy-read`: the sum of all balances, read one by one while transfers run. */
export interface FuzzyRead {
  readonly sum: number | null
  readonly expected: number
}
/** Fact `corpus`. */
export interface CorpusFact {
  readonly records: readonly { readonly key: string; readonly kind: string }[]
  readonly deleted: readonly string[]
  /** Prefix of the keys that were listed after a restore. */
  readonly prefix: string
}
/** Observation `listed` of target label: the keys with the corpus' prefix. */
export interface Listed {
  readonly keys: readonly string[] | null
}

/** A read that was answered: the record is as expected, another, or not there. Anything else says nothing. */
export type Reading = 'same' | 'altered' | 'absent' | 'unread'
export function readingOf(request: RequestEvent | undefined): Reading {
  if (request === undefined) return 'unread'
  if (request.outcome === 'ok') return 'same'
  if (request.outcome === 'wrong-content') return 'altered'
  return request.status === 404 || request.status === 410 ? 'absent' : 'unread'
}

/** A procedure of which nobody knows how it would have ended: the exercise was cut, or the harness could not carry it out. */
export const wasCut = ({ acknowledgedAtMs, detail }: Pick<Intervention, 'acknowledgedAtMs' | 'detail'>): boolean => acknowledgedAtMs === undefined && typeof detail['tookMs'] !== 'number'

export const wasOk = (request: RequestEvent): boolean => request.outcome === 'ok' || request.outcome === 'degraded'
