import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { log } from './log.js'
import { Refusal } from './errors.js'

export const uploadType = 'application/octet-stream'
/** More than any backup of this service, and less than a disk. */
export const uploadBytesMax = 268_435_456

/**
 * Keeps what a request brings in a file of this process while `work` needs it. Throws Refusal when it is too large or breaks
 * off; what is too large is read to its end and not kept, since a client that is still sending may not see an answer.
 */
export async function withUpload<T>(upload: Readable, { folder, bytesMax = uploadBytesMax }: { readonly folder: string; readonly bytesMax?: number }, work: (file: string) => Promise<T>): Promise<T> {
  // Replicas in containers have one number and may have one folder.
  const path = join(folder, `restore-${randomUUID()}.upload`)
  try {
    await keep(upload, path, bytesMax)
    return await work(path)
  } finally {
    await rm(path, { force: true })
  }
}

async function keep(upload: Readable, path: string, bytesMax: number): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    for await (const chunk of upload as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= bytesMax) await file.writeFile(chunk)
    }
  } catch (error) {
    if (!upload.errored) throw error
    log('an upload broke off', { bytes, error: (error as Error).message })
    throw new Refusal(400, `the upload broke off after ${bytes} bytes, nothing was changed`)
  } finally {
    await file.close()
  }
  if (bytes > bytesMax) throw new Refusal(413, `the upload has ${bytes} bytes, expected at most ${bytesMax}; nothing was changed`)
}
