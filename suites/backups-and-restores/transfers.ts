import type { InvariantDeclaration } from '../../core/declarations/backup.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { forEachOf, named, withJson } from './operations.js'
import { loads, type FuzzyRead, type Transfer, type TransferAccounts } from './vocabulary.js'

const clients = 8
/** Room for every transfer to leave the same account. */
const balanceFactor = 1_000

export interface RunningTransfers {
  readonly sent: readonly Transfer[]
  stop(): Promise<void>
}

/** Makes the accounts between which transfers move. Recorded as fact `transfer-accounts`. */
export async function makeAccounts(context: ScenarioContext, invariant: InvariantDeclaration, count: number): Promise<TransferAccounts> {
  const made: TransferAccounts = { accounts: Array.from({ length: count }, () => context.traffic.newKey()), balance: invariant.amountMax * balanceFactor }
  const create = withJson(invariant.account, 'invariant.account', { balance: made.balance })
  await forEachOf(made.accounts, clients, async (account) => {
    await context.traffic.send({ load: 'prepare', operation: create, via: 'balancer', values: { account } })
  })
  context.fact('transfer-accounts', made)
  return made
}

/** Eight clients, each making one transfer after the other at its share of the rate. No two amounts are the same: errors cannot cancel. */
export function startTransfers(context: ScenarioContext, invariant: InvariantDeclaration, options: { readonly accounts: readonly string[]; readonly ratePerSecond: number }): RunningTransfers {
  const { accounts, ratePerSecond } = options
  const sent: Transfer[] = []
  const amounts = new Set<number>()
  let stopped = false
  const uniqueAmount = (): number => {
    for (;;) {
      const amount = 1 + Math.floor(context.random() * invariant.amountMax)
      if (amounts.has(amount)) continue
      amounts.add(amount)
      return amount
    }
  }
  const one = (): Transfer => {
    const from = Math.floor(context.random() * accounts.length)
    const to = (from + 1 + Math.floor(context.random() * (accounts.length - 1))) % accounts.length
    return { marker: context.traffic.newKey(), from: accounts[from] ?? '', to: accounts[to] ?? '', amount: uniqueAmount() }
  }
  const client = async (index: number): Promise<void> => {
    const periodMs = (clients * 1_000) / ratePerSecond
    await context.pause((index * periodMs) / clients)
    while (!stopped && !context.signal.aborted) {
      const nextAtMs = context.now() + periodMs
      const transfer = one()
      sent.push(transfer)
      const { marker, from, to, amount } = transfer
      await context.traffic.send({ load: loads.transfers, operation: withJson(invariant.transfer, 'invariant.transfer', { amount }), via: 'balancer', key: marker, values: { from, to, amount: String(amount) } })
      if (!stopped) await context.pause(Math.max(1, nextAtMs - context.now()))
    }
  }
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  running.catch(() => {}) // the scenario was cut; whoever stops them is told
  return {
    sent,
    stop: async () => {
      stopped = true
      await running
    },
  }
}

/** The power control: all balances one by one while transfers run, as a copy without a snapshot would read them. */
export async function readFuzzily(context: ScenarioContext, invariant: InvariantDeclaration, { accounts, balance }: TransferAccounts): Promise<void> {
  let sum: number | null = 0
  for (const account of accounts) {
    const found = await balanceOf(context, invariant, { load: 'fuzzy-read', via: 'balancer', account })
    sum = sum === null || found === undefined ? null : sum + found
  }
  const value: FuzzyRead = { sum, expected: accounts.length * balance }
  context.observe('fuzzy-read', 'balancer', value)
}

export async function balanceOf(context: ScenarioContext, invariant: InvariantDeclaration, { load, via, account }: { readonly load: string; readonly via: string; readonly account: string }): Promise<number | undefined> {
  const { body, outcome } = await context.traffic.send({ load, operation: named(invariant.balance, 'invariant.balance'), via, values: { account }, key: account })
  if (outcome !== 'ok') return undefined
  const place = invariant.balance.capture?.['balance']
  const found = place !== undefined && 'pointer' in place ? atPointer(body, place.pointer) : undefined
  return typeof found === 'number' ? found : typeof found === 'string' && found !== '' ? Number(found) : undefined
}

export function atPointer(document: unknown, pointer: string): unknown {
  let found = document
  for (const part of pointer.split('/').slice(1)) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return found
}
