// Looks for anything a run could have left on this machine: for tests and CI, independent of the product's own clean-up.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const read = (path) => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Processes marked as belonging to a run, and everything below them or in their groups. */
function markedProcesses(directory, isOurs) {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').some((one) => one.startsWith('SEAWORTHY_RUN=') && isOurs(one.slice('SEAWORTHY_RUN='.length))) || read(`/proc/${pid}/cmdline`).includes(`${directory}/seaworthy-`))
    .filter((pid) => !/\) Z /.test(read(`/proc/${pid}/stat`)))
    .map((pid) => `process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120)}`)
}

function stateFolders(directory) {
  return readdirSync(directory)
    .filter((name) => name.startsWith('seaworthy-') && !name.startsWith('seaworthy-test-'))
    .flatMap((name) => {
      const path = join(directory, name)
      try {
        return [path, ...readdirSync(path).map((one) => join(path, one))]
      } catch {
        return [path]
      }
    })
    .map((path) => `folder ${path}`)
}

function segments() {
  return read('/proc/sysvipc/shm')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 6)
    .map((fields) => ({ id: fields[1], creator: fields[4], attached: Number(fields[6]) }))
}
const told = ({ id, creator }) => `shared memory segment ${id} made by ${creator}`

/** System V segments nobody is attached to: `kill -9` of PostgreSQL leaves one. */
export const orphanedSegments = () => segments().filter(({ attached }) => attached === 0).map(told)

/**
 * Segments of the runs below this folder: whoever makes one, PostgreSQL say, works in a folder of its run. Seen while it lives, as segments bear
 * no name. The returned function tells which of them nobody is attached to.
 */
export function watchSegments(directory) {
  const known = new Set(segments().map(({ id }) => id))
  const ours = new Set()
  const look = () => {
    for (const { id, creator } of segments()) {
      if (known.has(id)) continue
      const folder = folderOf(creator)
      if (folder === undefined) continue
      known.add(id)
      if (folder.startsWith(`${directory}/`)) ours.add(id)
    }
  }
  setInterval(look, 50).unref()
  return () => segments().filter(({ id, attached }) => ours.has(id) && attached === 0).map(told)
}

function folderOf(pid) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

/** With `directory`, the folder for temporary files of some runs, and their `runIds`: what is left of these alone, but for segments. */
export function leftovers({ directory, runIds = [] } = {}) {
  if (directory === undefined) return [...markedProcesses(tmpdir(), () => true), ...stateFolders(tmpdir()), ...orphanedSegments()]
  return [...markedProcesses(directory, (marker) => runIds.some((id) => marker === id || marker.startsWith(`${id}/`))), ...stateFolders(directory)]
}

export function listeningPorts() {
  try {
    return execFileSync('ss', ['-Htln'], { encoding: 'utf8' }).trim().split('\n')
  } catch {
    return []
  }
}
