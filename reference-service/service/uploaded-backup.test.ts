import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArtifactWriter } from '../backups/artifact.js'
import type { AuditLog } from './audit.js'
import type { DatabaseAccess } from './database-access.js'
import { restoreRoutes } from './restores.js'
import { uploadBytesMax, uploadType, withUpload } from './uploaded-backup.js'

let folder: string
let app: FastifyInstance
let changes: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sw-uploads-'))
  changes = 0
  app = Fastify()
  const changed = async (): Promise<readonly unknown[]> => {
    changes += 1
    return []
  }
  const database = { strong: async () => [{ now: '2026-01-01' }], write: changed, transaction: changed } as unknown as DatabaseAccess
  restoreRoutes(app, database, { audit: { of: () => ({}) } as unknown as AuditLog, restoreObjectsPerSecond: 1_000, environment: { runDirectory: folder } })
})
afterEach(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

const headers = { 'content-type': uploadType }
const left = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.upload'))
async function backup(): Promise<Buffer> {
  const writer = await ArtifactWriter.create(join(folder, 'backup'))
  await writer.finish()
  return readFileSync(join(folder, 'backup'))
}
const restore = async (payload: Buffer, query = '') => app.inject({ method: 'POST', url: `/admin/restores${query}`, headers, payload })

describe('POST /admin/restores', () => {
  test('takes the backup itself, and keeps none of it', async () => {
    expect((await restore(await backup())).statusCode).toBe(200)
    expect(changes).toBe(1)
    expect((await restore(await backup(), '?prefix=a.')).json()).toEqual({ restored: 0, removed: 0 })
    expect(left()).toEqual([])
  })
  test('still takes a path', async () => {
    await backup()
    expect((await app.inject({ method: 'POST', url: '/admin/restores', payload: { file: join(folder, 'backup'), prefix: 'a.' } })).statusCode).toBe(200)
    expect((await app.inject({ method: 'POST', url: '/admin/restores?prefix=a.', payload: { file: join(folder, 'backup') } })).statusCode).toBe(422)
  })
  test('refuses what is no whole backup, and a part that it does not know, and changes nothing', async () => {
    const whole = await backup()
    for (const payload of [Buffer.alloc(0), whole.subarray(0, -1), Buffer.concat([whole, Buffer.from('x')])]) expect((await restore(payload)).statusCode).toBe(422)
    for (const query of ['?prefx=a.', '?prefix=', '?prefix=a&prefix=b', '?prefix=a.&account=b']) expect((await restore(whole, query)).statusCode, query).toBe(422)
    expect(changes).toBe(0)
    expect(left()).toEqual([])
  })
  test('an upload that breaks off changes nothing and leaves nothing', async () => {
    const whole = await backup()
    await app.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    // All of the backup but the end of the request: it is the request that is cut off.
    socket.write(`POST /admin/restores HTTP/1.1\r\nhost: a\r\ncontent-type: ${uploadType}\r\ncontent-length: ${whole.length + 1}\r\n\r\n`)
    socket.write(whole)
    await expect.poll(left).toHaveLength(1)
    socket.destroy()
    await expect.poll(left).toEqual([])
    expect(changes).toBe(0)
  })
})

test('what is larger than it may be is read to its end, refused and not kept', async () => {
  let used = false
  const upload = Readable.from([Buffer.alloc(6), Buffer.alloc(6)])
  await expect(withUpload(upload, { folder, bytesMax: 10 }, async () => (used = true))).rejects.toMatchObject({ statusCode: 413, message: expect.stringContaining('12 bytes') })
  expect([used, upload.readableEnded, left().length]).toEqual([false, true, 0])
  expect(uploadBytesMax).toBeGreaterThan(100_000_000)
})
