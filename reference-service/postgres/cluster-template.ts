import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

export const copyFolder = async (from: string, to: string): Promise<void> => {
  // Keeps owners and modes, which PostgreSQL insists on; thousands of files, faster than one by one from here.
  await promisify(execFile)('cp', ['-Rp', from, to])
}

/** Whoever makes the template may have been killed: then the others wait in vain, but not for long. */
const patienceMs = 5_000
const everyMs = 50

/**
 * Fills `cluster`, which must not exist, with a copy of `template` if that is there or being made, else with what `make`
 * makes, which is then left as the template. An empty cluster is the same for everybody until it is configured and started.
 */
export async function withTemplate(template: string | undefined, cluster: string, make: () => Promise<void>, waitMs = patienceMs): Promise<void> {
  if (template === undefined) return make()
  const isFirst = !existsSync(template) && takeTurn(template)
  for (const endMs = performance.now() + waitMs; !isFirst && !existsSync(template) && performance.now() < endMs; ) await pause(everyMs)
  try {
    if (existsSync(template)) return await copyFolder(template, cluster)
    await make()
    await leave(cluster, template)
  } finally {
    if (isFirst) rmSync(turnOf(template), { recursive: true, force: true })
  }
}

const turnOf = (template: string): string => `${template}.turn`

/** True for one at a time; also when there is no place for a template. */
function takeTurn(template: string): boolean {
  try {
    mkdirSync(turnOf(template))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST'
  }
}

async function leave(cluster: string, template: string): Promise<void> {
  const own = `${template}-${randomUUID()}`
  try {
    await copyFolder(cluster, own)
    await rename(own, template) // appears whole, or not at all when another was first
  } catch {
    await rm(own, { recursive: true, force: true }) // it only spares the next one time
  }
}
