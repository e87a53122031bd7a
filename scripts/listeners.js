// Addresses that a process and everything below it listen on, from /proc; none where there is no /proc.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const read = (path) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
const list = (path) => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
const parentOf = (pid) => Number(read(`/proc/${pid}/stat`).replace(/^.*\) /s, '').split(' ')[1])

function tree(root) {
  const parents = new Map(list('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => [Number(pid), parentOf(pid)]))
  const found = new Set([root])
  for (let grew = true; grew; ) {
    grew = false
    for (const [pid, parent] of parents) if (found.has(parent) && !found.has(pid)) grew = Boolean(found.add(pid))
  }
  return found
}

/** 'AABBCCDD' and 32 digits, each four bytes in the order of the machine. */
function addressOf(hex) {
  const bytes = hex.match(/.{8}/g).flatMap((word) => word.match(/../g).reverse().map((byte) => parseInt(byte, 16)))
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.slice(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? '::1' : '::'
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255) return `::ffff:${bytes.slice(12).join('.')}`
  return hex
}

/** Every TCP socket that a process or one below it listens on: `{ pid, address, port }`. */
export function listeningSockets(pid) {
  const owners = new Map([...tree(pid)].flatMap((one) => list(`/proc/${one}/fd`).map((fd) => [socketOf(`/proc/${one}/fd/${fd}`), one])))
  return ['tcp', 'tcp6'].flatMap((name) => read(`/proc/net/${name}`).split('\n').slice(1).map((line) => line.trim().split(/\s+/)))
    .filter((fields) => fields[3] === '0A' && owners.has(fields[9]))
    .map(([, place, , , , , , , , inode]) => ({ pid: owners.get(inode), address: addressOf(place.split(':')[0]), port: parseInt(place.split(':')[1], 16) }))
}

function socketOf(descriptor) {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1]
  } catch {
    return undefined
  }
}

export const listenersOf = (pid) => listeningSockets(pid).map(({ address }) => address)
export const isLoopback = (address) => /^(127\.|::1$|::ffff:127\.)/.test(address)
