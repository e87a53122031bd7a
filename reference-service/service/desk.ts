import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { Cache } from './cache.js'
import type { DatabaseAccess } from './database-access.js'
import { Refusal } from './errors.js'
import type { Identity } from './identity.js'
import type { RecordStore } from './record-store.js'
import type { Toggles } from './toggles.js'

export interface DeskParts {
  readonly database: DatabaseAccess
  readonly records: RecordStore
  readonly cache: Cache
  readonly toggles: Toggles
  readonly identity: Identity
}

const notice = 'Balances are final at midnight UTC.'
const pinsMax = 100
const houseAccounts = `select id, name from accounts where id in ('operating', 'reserve') order by id`
const cachedMs = 2_000

/** The page a clerk begins with: made of parts, some of them features that can be switched. */
export function deskRoutes(app: FastifyInstance, { database, records, cache, toggles, identity }: DeskParts): void {
  const countsAccounts = (): boolean => toggles.isOn('account-count') || (defective('togl.leaks-when-off') && identity.release.version === '2')
  let pinsWereShown = false
  const pinKeys = (desk: string) => `pin/${desk}/`

  async function widget(desk: string): Promise<object> {
    if (!toggles.isOn('pins')) return defective('togl.off-breaks-old-path') && pinsWereShown ? {} : { notice }
    pinsWereShown = true
    const prefix = pinKeys(desk)
    const pins = await records.list({ prefix, limit: pinsMax, fresh: false })
    return { pins: pins.map(({ key }) => key.slice(prefix.length)) }
  }

  app.get<{ Params: { desk: string } }>('/desk/:desk', async (request) => {
    const { desk } = request.params
    const greets = toggles.isOn('greeting') || defective('togl.dead-flag')
    const accounts = await cache.through('house-accounts', cachedMs, () => database.ordinary(houseAccounts))
    return {
      desk,
      title: greets ? `Good to see you at ${desk}` : 'Desk',
      order: toggles.isOn('pins-newest-first') ? 'newest first' : 'oldest first',
      accounts,
      ...(countsAccounts() ? { accountCount: accounts.length } : {}),
      ...(await widget(desk)),
    }
  })

  app.put<{ Params: { desk: string; key: string } }>('/desk/:desk/pins/:key', async (request) => {
    if (!toggles.isOn('pins')) throw new Refusal(404, `no route PUT ${request.url}`)
    const { desk, key } = request.params
    await records.put(`${pinKeys(desk)}${key}`, true)
    return { desk, key }
  })
}
