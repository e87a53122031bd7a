import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, futimesSync, openSync, readSync, statSync, writeSync } from 'node:fs'
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
      writeDamage(descriptor, damage.kind, { from, bytes })
    }
    fsyncSync(descriptor)
    return null
  })
}

/** What a damage is about to take from a file, and how it leaves it: enough to take it back, and to know the file again. */
export interface BytesBefore {
  readonly damage: FileDamage
  readonly size: number
  /** In base64. Empty where bytes are only added. */
  readonly bytes: string
  readonly device: number
  readonly inode: number
  readonly modifiedMs: number
  readonly left: {
    /** SHA-256 of what is damaged and of what lies around it. */
    readonly hash: string
    /** Absent where whoever did the damage has not told. */
    readonly modifiedMs?: number
  }
}

/** Undefined where it would take more than `bytesMax`. */
export function bytesBefore(file: string, damage: FileDamage, bytesMax: number): BytesBefore | undefined {
  return withFile(file, (descriptor) => {
    const { size, dev: device, ino: inode, mtimeMs: modifiedMs } = fstatSync(descriptor)
    const { from, bytes } = damage.kind === 'truncate' ? { from: damage.toBytes, bytes: size - damage.toBytes } : regionOf(damage, size)
    const taken = damage.kind === 'append' ? 0 : Math.max(0, bytes)
    if (taken > bytesMax) return undefined
    // Before it is done: whoever takes it back may be there because we died in the middle of it.
    const hash = hashOf(bytesToBeLeft(descriptor, damage, size))
    return { damage, size, device, inode, modifiedMs, bytes: read(descriptor, from, taken).toString('base64'), left: { hash } }
  })
}

/** To be told once the damage is done: from then on any other time says that somebody else wrote. */
export const withTimeLeft = (file: string, before: BytesBefore): BytesBefore => ({ ...before, left: { ...before.left, modifiedMs: statSync(file).mtimeMs } })

/** `repaired`: what was there is there again, or the torn end is cut off; nobody but the service did that. */
export type DamageFound = 'taken-back' | 'repaired' | 'changed'

/**
 * Takes a damage back, unless what was damaged has been changed since: what a service has repaired, cut off or written over is its
 * own. A file that was cut takes its end back only while nobody has written to it at all: its size alone may come about otherwise.
 */
export function takeDamageBack(file: string, kept: BytesBefore): DamageFound {
  return withFile(file, (descriptor) => {
    const { damage, size, left } = kept
    const { ino: inode, dev: device, size: now, atimeMs: readMs, mtimeMs: modifiedMs } = fstatSync(descriptor)
    if (inode !== kept.inode || device !== kept.device) return 'changed'
    const before = Buffer.from(kept.bytes, 'base64')
    const { from, to } = leftOf(damage, size)
    const isUnwritten = left.modifiedMs === undefined || Math.abs(modifiedMs - left.modifiedMs) < sameTimeMs
    const isAsLeft = (damage.kind === 'overwrite' ? now >= to : now === to && (damage.kind === 'append' || isUnwritten)) && hashOf(read(descriptor, from, to - from)) === left.hash
    if (!isAsLeft) return isRepaired(descriptor, kept, before) ? 'repaired' : 'changed'
    if (damage.kind === 'append') ftruncateSync(descriptor, size)
    else writeSync(descriptor, before, 0, before.length, damage.kind === 'truncate' ? damage.toBytes : damage.fromByte)
    // As it was: else a damage before this one would look as if somebody had written since.
    if (isUnwritten) futimesSync(descriptor, readMs / 1_000, kept.modifiedMs / 1_000)
    fsyncSync(descriptor)
    return 'taken-back'
  })
}

function isRepaired(descriptor: number, { damage, size }: BytesBefore, before: Buffer): boolean {
  const { size: now } = fstatSync(descriptor)
  if (damage.kind === 'append') return now <= size
  if (damage.kind === 'truncate' && now < damage.toBytes) return true
  return read(descriptor, damage.kind === 'truncate' ? damage.toBytes : damage.fromByte, before.length).equals(before)
}

/** Bytes of a plain file as they are. Fewer where it ends before. */
export function bytesOf(file: string, { fromByte, bytes }: { readonly fromByte: number; readonly bytes: number }): { readonly size: number; readonly bytes: Buffer } {
  return withFile(file, (descriptor) => ({ size: fstatSync(descriptor).size, bytes: read(descriptor, fromByte, Math.max(0, bytes)) }))
}

/** Records of a service are far smaller than this. */
const aroundBytes = 4_096
/** A time that is set is a number of seconds with a point in it, and comes back a little different. */
const sameTimeMs = 1

/** The part of a damaged file by which it is known again. */
function leftOf(damage: FileDamage, size: number): { readonly from: number; readonly to: number } {
  if (damage.kind === 'truncate') return { from: Math.max(0, damage.toBytes - aroundBytes), to: damage.toBytes }
  const { from, bytes } = regionOf(damage, size)
  return { from: Math.max(0, from - aroundBytes), to: damage.kind === 'append' ? from + bytes : Math.min(size, from + bytes + aroundBytes) }
}

function bytesToBeLeft(descriptor: number, damage: FileDamage, size: number): Buffer {
  const { from, to } = leftOf(damage, size)
  const found = read(descriptor, from, Math.max(0, Math.min(to, size) - from))
  if (damage.kind === 'truncate') return found
  if (damage.kind === 'append') return Buffer.concat([found, Buffer.alloc(Math.max(0, damage.bytes), pattern)])
  const region = regionOf(damage, size)
  return found.map((byte, index) => (from + index >= region.from && from + index < region.from + region.bytes ? inverse(byte) : byte)) as Buffer
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

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

/** Whatever stands there is another afterwards: a byte that is always the same would now and then damage nothing. */
const inverse = (byte: number): number => byte ^ 0xff

/** No text in UTF-8, and no sensible number of any width: for bytes that are added. */
const pattern = Buffer.from([0xff, 0xde, 0xad, 0xbe, 0xef])
const chunkBytes = pattern.length * 10_000

function writeDamage(descriptor: number, kind: 'overwrite' | 'append', { from, bytes }: { readonly from: number; readonly bytes: number }): void {
  for (let done = 0; done < bytes; ) {
    const length = Math.min(chunkBytes, bytes - done)
    const chunk = kind === 'append' ? Buffer.alloc(length, pattern) : read(descriptor, from + done, length).map(inverse)
    for (let written = 0; written < chunk.length; ) written += writeSync(descriptor, chunk, written, chunk.length - written, from + done + written)
    done += length
  }
}
