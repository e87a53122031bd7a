import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { defective } from '../defects.js'
import { isTableName, type TableName } from './tables.js'

/**
 * A backup is one text file: the line `ledger-backup 1` (format and version), one line `TABLE<tab>ROW` a row, and `sha256<tab>HEX`,
 * the hash of everything before it. Rows are JSON as PostgreSQL writes it and are never parsed into JavaScript numbers on their way:
 * that would round them.
 */
const heading = 'ledger-backup 1'
const trailerBytes = 'sha256\t'.length + 64 + 1

/** The file is not a backup that may be restored: cut off, altered, or of another format. */
export class ArtifactRefused extends Error {}

export interface Row {
  readonly table: TableName
  readonly json: string
}

/** Appears under its name only when it is complete and on disk. */
export class ArtifactWriter {
  private readonly hash = createHash('sha256')
  private constructor(
    private readonly path: string,
    /** Of this process alone: two backups to the same file do not write into each other. */
    private readonly partial: string,
    private readonly file: FileHandle,
  ) {}

  static async create(path: string): Promise<ArtifactWriter> {
    const partial = `${path}.${process.pid}.partial`
    const writer = new ArtifactWriter(path, partial, await open(partial, 'w'))
    await writer.append(`${heading}\n`)
    return writer
  }

  /** Returns how many bytes were written. */
  rows(table: TableName, rows: readonly string[]): Promise<number> {
    // The defect: an ASCII file needs no thought about encodings.
    const kept = defective('bkup.mangles-values') ? rows.map((row) => row.replace(/[^\n -~]/g, '?')) : rows
    return this.append(kept.map((row) => `${table}\t${row}\n`).join(''))
  }

  async finish(): Promise<void> {
    await this.file.write(`sha256\t${this.hash.digest('hex')}\n`)
    await this.file.sync()
    await this.file.close()
    await rename(this.partial, this.path)
  }

  async abandon(): Promise<void> {
    await this.file.close().catch(() => {})
    await rm(this.partial, { force: true })
  }

  private async append(text: string): Promise<number> {
    const bytes = Buffer.from(text)
    this.hash.update(bytes)
    await this.file.write(bytes)
    return bytes.length
  }
}

/** Reads the whole file. Throws ArtifactRefused unless it is a complete, unaltered backup of a format that is known. */
export async function verifyArtifact(path: string): Promise<void> {
  const size = await stat(path).then((found) => found.size, (error: Error) => { throw new ArtifactRefused(error.message) })
  if (size <= trailerBytes) throw new ArtifactRefused(`it has ${size} bytes, expected a heading, rows and a checksum`)
  const hash = createHash('sha256')
  let trailer = Buffer.alloc(0)
  let at = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const bodyBytes = Math.min(chunk.length, Math.max(0, size - trailerBytes - at))
    hash.update(chunk.subarray(0, bodyBytes))
    trailer = Buffer.concat([trailer, chunk.subarray(bodyBytes)])
    at += chunk.length
  }
  if (trailer.toString('latin1') !== `sha256\t${hash.digest('hex')}\n`) throw new ArtifactRefused('its checksum does not fit: it was cut off or altered')
  for await (const line of linesOf(path)) {
    if (line === heading) return
    throw new ArtifactRefused(`it begins with "${line.slice(0, 40)}", expected "${heading}"`)
  }
}

/** The rows of a verified backup, in order. */
export async function* rowsOf(path: string): AsyncGenerator<Row> {
  for await (const line of linesOf(path)) {
    const tab = line.indexOf('\t')
    const table = line.slice(0, Math.max(0, tab))
    if (isTableName(table)) yield { table, json: line.slice(tab + 1) }
  }
}

/** Cut at line feeds only: rows may hold every other character that some call the end of a line. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let pending: Buffer[] = []
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      pending.push(chunk.subarray(from, end))
      yield Buffer.concat(pending).toString('utf8')
      pending = []
      from = end + 1
    }
    pending.push(chunk.subarray(from))
  }
  const last = Buffer.concat(pending).toString('utf8')
  if (last !== '') yield last
}
