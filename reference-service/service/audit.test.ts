import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { AuditLog } from './audit.js'
import type { DatabaseAccess } from './database-access.js'
import { knownCallers } from './known-callers.js'

async function recorded(headers: Readonly<Record<string, string>>, caller?: string): Promise<readonly unknown[]> {
  const written: unknown[][] = []
  const database: Pick<DatabaseAccess, 'write'> = {
    write: async (_statement: string, values: readonly unknown[] = []) => {
      written.push([...values])
      return []
    },
  }
  const app = Fastify()
  app.addHook('onRequest', async (request) => {
    if (caller !== undefined) knownCallers.set(request, caller)
  })
  app.post('/act', new AuditLog(database as DatabaseAccess).of('act', () => 'something'), () => ({}))
  await app.inject({ method: 'POST', url: '/act', headers })
  await app.close()
  return written[0]?.slice(0, 4) ?? []
}

test('the actor is the caller whose key was shown, and else who the proxy says', async () => {
  expect(await recorded({ 'x-operator': 'ada' })).toEqual(['ada', 'act', 'something', 'done'])
  expect(await recorded({ 'x-operator': 'ada' }, 'operations')).toEqual(['operations', 'act', 'something', 'done'])
  expect(await recorded({})).toEqual(['unknown', 'act', 'something', 'done'])
})
