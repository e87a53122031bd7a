import { fact, request, requests } from '../../core/checks/literal-events.test-support.js'
import type { HistoryEvent, RequestEvent } from '../../core/history.js'
import { observed, performed } from './live-history.test-support.js'
import { victimLoads } from './victim-probes.js'
import { interventions, loads } from './vocabulary.js'

/** Literal histories of the two live restores, from 5 s to 9 s each, with everything as it should be. */
export const restoreSpan = { fromMs: 5_000, toMs: 9_000 }

const namespaceKeys = Array.from({ length: 30 }, (_, index) => `ns.${index}`)
const createdKeys = ['ns.30', 'ns.31']
const read = (load: string, key: string, present = true, more: Partial<RequestEvent> = {}): HistoryEvent =>
  request(20_000, { load, key, outcome: present ? 'ok' : 'error-status', status: present ? 200 : 404, ...more })

export function namespaceHistory(span = restoreSpan): HistoryEvent[] {
  return [
    observed('namespace-damage', 'balancer', { modified: namespaceKeys.slice(0, 10), deleted: namespaceKeys.slice(10, 20), created: createdKeys }),
    observed('steady-traffic', 'namespace', { fromMs: 2_000, toMs: 5_000 }),
    ...requests({ fromMs: 2_000, toMs: 10_000, everyMs: 10 }, { load: loads.users, via: 'balancer', instance: 'r1', boot: 'b1' }),
    ...requests({ fromMs: 2_000, toMs: 10_000, everyMs: 50 }, { load: 'bystander-records', key: 'other.0', method: 'PUT' }),
    ...performed({ name: interventions.live, label: 'namespace', ...span }),
    ...namespaceKeys.map((key) => read('namespace-after', key)),
    ...createdKeys.map((key) => read('namespace-created-after', key, false)),
    ...['other.0', 'other.1'].map((key) => read('bystander-records-after', key)),
  ]
}

export const kinds = ['item', 'setting']
const objectKeys = kinds.flatMap((kind) => Array.from({ length: 20 }, (_, index) => `v/${kind}/${index}`))
const since = Array.from({ length: 10 }, (_, index) => `v/item/since-${index}`)
export const bystanderAccounts = Array.from({ length: 10 }, (_, index) => `b${index}`)
const duringKeys = Array.from({ length: 20 }, (_, index) => `v/item/during-${index}`)

export interface AccountHistoryOptions {
  readonly span?: { readonly fromMs: number; readonly toMs: number }
  readonly createdSince?: 'removed' | 'kept'
  readonly types?: readonly string[]
}
export function accountHistory({ span = restoreSpan, createdSince = 'removed', types = kinds }: AccountHistoryOptions = {}): HistoryEvent[] {
  const every = { fromMs: 4_000, toMs: 12_000 }
  return [
    fact('account', { account: 'v', types, createdSince, passwordAfterRestore: 'current' }),
    fact('bystander-accounts', bystanderAccounts),
    observed('account-damage', 'balancer', { modified: objectKeys.slice(0, 10), deleted: objectKeys.slice(10, 20), created: since }),
    ...bystanderAccounts.flatMap((account) => [1_000, 1_100, 1_200].map((atMs) => request(atMs, { load: 'bystander-changes', key: `${account}/item/own`, method: 'PUT' }))),
    ...bystanderAccounts.flatMap((account) => requests({ ...every, everyMs: 400 }, { load: 'bystander-writes', key: `${account}/item/own`, method: 'PUT' })),
    ...performed({ name: interventions.account, label: 'account', ...span }),
    ...victim(every),
    request(13_000, { load: 'credentials-current', key: 'v', method: 'POST' }),
    request(13_100, { load: 'credentials-backup', key: 'v', method: 'POST', outcome: 'error-status', status: 401 }),
    ...objectKeys.map((key) => read('account-after', key)),
    ...since.map((key) => read('account-created-after', key, createdSince === 'kept')),
    ...duringKeys.map((key) => read('victim-writes-after', key)),
    ...bystanderAccounts.flatMap((account) => [read('bystanders-after', `${account}/item/own`), read('bystanders-after', `${account}/setting/own`)]),
    ...sideEffects(),
  ]
}

function victim(every: { readonly fromMs: number; readonly toMs: number }): HistoryEvent[] {
  return [
    ...requests({ ...every, everyMs: 250 }, { load: victimLoads.restored }),
    ...requests({ ...every, everyMs: 330 }, { load: victimLoads.unrelated }),
    ...requests({ ...every, everyMs: 1_000 }, { load: victimLoads.logins, method: 'POST' }),
    ...requests({ ...every, everyMs: 500 }, { load: victimLoads.member }),
    ...duringKeys.map((key, index) => request(every.fromMs + index * 400, { load: victimLoads.writes, key, method: 'PUT' })),
  ]
}

const counted = Array.from({ length: 40 }, (_, index) => `v/item/${index}`)
const each = <T>(value: (index: number) => T): Record<string, T> => Object.fromEntries(counted.map((key, index) => [key, value(index)]))
function sideEffects(): HistoryEvent[] {
  const control = (count: number): Record<string, number> => Object.fromEntries(counted.slice(0, 5).map((key) => [key, count]))
  return [
    observed('effects', 'control-before', control(1)),
    observed('effects', 'control-after', control(2)),
    observed('metadata', 'before', each((index) => [index, 'monday'])),
    observed('effects', 'before', each(() => 2)),
    observed('effects', 'after', each(() => 2)),
    observed('metadata', 'after', each((index) => [index, 'monday'])),
  ]
}
export const effectsAfter = (count: number): HistoryEvent => observed('effects', 'after', each(() => count))
export const metadataAfter = (day: string): HistoryEvent => observed('metadata', 'after', each((index) => [index, index === 7 ? day : 'monday']))
