// Looks for anything a run could have left on this machine: for tests and CI, independent of the product's own clean-up.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** System V segments nobody is attached to: `kill -9` of PostgreSQL leaves one. */
export function orphanedSegments() {
  return read('/proc/sysvipc/shm')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length > 6 && fields[6] === '0')
    .map((fields) => `shared memory segment ${fields[1]} made by ${fields[4]}`)
}

/** With `directory`, the folder for temporary files of some runs, and their `runIds`: what is left of these alone. Segments bear no name. */
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
