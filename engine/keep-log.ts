import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { redactionOf, type Redaction, type Secret } from '../core/redaction.js'

const chunkBytes = 256 * 1024
/** Of a log this much is kept, half from its beginning and half from its end: a service may write without end. */
export const keptLogBytesMax = 64 * 1_048_576

/**
 * Copies what a process said, without secrets and within bounds, byte by byte as it is otherwise. A service owns its log file while it runs: a link,
 * a pipe or a device in its place is not followed, and the copy says so. False: there is no such file, it never said anything.
 */
export async function keepLog(from: string, to: string, { secrets, bytesMax = keptLogBytesMax }: { readonly secrets: readonly Secret[]; readonly bytesMax?: number }): Promise<boolean> {
  const source = await openLog(from)
  if (source === undefined) return false
  await using output = await open(to, 'w')
  if (typeof source === 'string') {
    await output.write(`[${source}]\n`)
    return true
  }
  await using input = source
  const { size } = await input.stat()
  const redaction = redactionOf(secrets.flatMap(asBytes))
  if (size <= bytesMax) {
    await copyPart({ input, output, redaction }, 0, size)
    return true
  }
  const half = Math.floor(bytesMax / 2)
  await copyPart({ input, output, redaction }, 0, half)
  await output.write(`\n[${size - 2 * half} bytes are left out here]\n`)
  await copyPart({ input, output, redaction }, size - half, size)
  return true
}

/** A file, undefined when there is none, or why it is not read. */
async function openLog(path: string): Promise<FileHandle | string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return 'not kept: found something else than a file in its place'
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP' || code === 'ENXIO') return 'not kept: found something else than a file in its place'
    throw thrown
  }
}

interface Copying {
  readonly input: FileHandle
  readonly output: FileHandle
  readonly redaction: Redaction
}

/** A log need not be text in any encoding: it is searched as bytes. */
const asBytes = ({ name, value }: Secret): readonly Secret[] =>
  [...new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])].map((form) => ({ name, value: Buffer.from(form, 'utf8').toString('latin1') }))

async function copyPart({ input, output, redaction }: Copying, from: number, to: number): Promise<void> {
  const heldBack = Math.max(0, ...redaction.secrets.map(({ value }) => value.length - 1))
  const chunk = Buffer.allocUnsafe(chunkBytes)
  let rest = ''
  for (let position = from; position < to; ) {
    const { bytesRead } = await input.read(chunk, 0, Math.min(chunkBytes, to - position), position)
    if (bytesRead === 0) break // it was cut meanwhile
    position += bytesRead
    const text = rest + chunk.toString('latin1', 0, bytesRead)
    const end = withoutHalves(text, text.length - heldBack, redaction.secrets)
    await output.write(Buffer.from(redaction.text(text.slice(0, end)), 'latin1'))
    rest = text.slice(end)
  }
  await output.write(Buffer.from(redaction.text(rest), 'latin1'))
}

/** Where to cut at the latest so that no secret is cut in two. */
function withoutHalves(text: string, wanted: number, secrets: readonly Secret[]): number {
  let end = Math.max(0, wanted)
  for (let moved = true; moved; ) {
    moved = false
    for (const { value } of secrets) {
      const at = text.lastIndexOf(value, end - 1)
      if (end === 0 || at < 0 || at + value.length <= end) continue
      end = at
      moved = true
    }
  }
  return end
}
