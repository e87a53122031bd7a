import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { FileDamage } from '../../core/driver.js'

/** Null when the file is damaged; else why it would not have been, and is as it was. */
export function applyDamage(file: string, damage: FileDamage): string | null {
  return withFile(file, (descriptor) => {
    const { size } = fstatSync(descriptor)
    if (damage.kind === 'truncate') {
      if (damage.toBytes < 0 || damage.toBytes >= size) return `a file of ${size} bytes, expected more than ${damage.toBytes}`
      ftruncateSync(descriptor, damage.toBytes)
    } else {
      const { from, bytes } = regionOf(damage, size)
      if (from < 0 || bytes <= 0) return `a file of ${size} bytes, and nothing to write from byte ${from} on`
      writeDamage(descriptor, from, bytes)
    }
    fsyncSync(descriptor)
    return null
  })
}

/** What a damage is about to take from a file: enough to take the damage back. */
export interface BytesBefore {
  readonly damage: FileDamage
  readonly size: number
  /** In base64. Empty where bytes are only added. */
  readonly bytes: string
}

/** Undefined where it would take more than `bytesMax`. */
export function bytesBefore(file: string, damage: FileDamage, bytesMax: number): BytesBefore | undefined {
  return withFile(file, (descriptor) => {
    const { size } = fstatSync(descriptor)
    const { from, bytes } = damage.kind === 'truncate' ? { from: damage.toBytes, bytes: size - damage.toBytes } : regionOf(damage, size)
    const taken = damage.kind === 'append' ? 0 : Math.max(0, bytes)
    return taken > bytesMax ? undefined : { damage, size, bytes: read(descriptor, from, taken).toString('base64') }
  })
}

/**
 * Takes a damage back, unless what was damaged has been changed since: what a service has repaired, cut off or written over is its
 * own. Returns whether it was.
 */
export function takeDamageBack(file: string, { damage, size, bytes }: BytesBefore): boolean {
  return withFile(file, (descriptor) => {
    const now = fstatSync(descriptor).size
    const before = Buffer.from(bytes, 'base64')
    const { from, bytes: damaged } = damage.kind === 'truncate' ? { from: damage.toBytes, bytes: 0 } : regionOf(damage, size)
    const isAsLeft = damage.kind === 'overwrite' ? now >= from + damaged : now === from + damaged
    if (!isAsLeft || !isDamage(read(descriptor, from, damaged))) return false
    if (damage.kind === 'append') ftruncateSync(descriptor, size)
    else writeSync(descriptor, before, 0, before.length, from)
    fsyncSync(descriptor)
    return true
  })
}

function withFile<T>(file: string, work: (descriptor: number) => T): T {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    return work(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function regionOf(damage: Exclude<FileDamage, { readonly kind: 'truncate' }>, size: number): { readonly from: number; readonly bytes: number } {
  if (damage.kind === 'append') return { from: size, bytes: damage.bytes }
  return { from: damage.fromByte, bytes: Math.min(damage.bytes, size - damage.fromByte) }
}

function read(descriptor: number, from: number, bytes: number): Buffer {
  const found = Buffer.alloc(bytes)
  return found.subarray(0, bytes === 0 ? 0 : readSync(descriptor, found, 0, bytes, from))
}

/** No text in UTF-8, and no sensible number of any width. */
const pattern = Buffer.from([0xff, 0xde, 0xad, 0xbe, 0xef])
const chunkBytes = pattern.length * 10_000

const isDamage = (found: Buffer): boolean => found.equals(Buffer.alloc(found.length, pattern))

function writeDamage(descriptor: number, from: number, bytes: number): void {
  const chunk = Buffer.alloc(Math.min(bytes, chunkBytes), pattern)
  for (let written = 0; written < bytes; ) {
    written += writeSync(descriptor, chunk, written % pattern.length, Math.min(chunk.length - (written % pattern.length), bytes - written), from + written)
  }
}
