import { existsSync, realpathSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { Suite } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { loadDescriptor } from '../engine/load-descriptor.js'
import { loadOwnSuites } from '../engine/own-suites.js'
import type { RunInput } from '../engine/run-directory.js'
import { suites as ours } from '../suites/index.js'

/** The conformance suites, and the user's own that the descriptor lists. */
export const suitesFor = async ({ suites = [] }: Pick<ServiceDescriptor, 'suites'>): Promise<readonly Suite[]> => [...ours, ...(await loadOwnSuites(suites, ours))]

/**
 * For commands that only read: the suites of the descriptor named, else of ./seaworthy.yaml when there is one. One that
 * was not named and cannot be read is told and left out.
 */
export async function suitesHere(descriptor: string | undefined): Promise<readonly Suite[]> {
  const path = descriptor ?? 'seaworthy.yaml'
  if (descriptor === undefined && !existsSync(path)) return ours
  try {
    return await suitesFor(loadDescriptor(path))
  } catch (thrown) {
    if (descriptor !== undefined) throw thrown
    process.stderr.write(`suites of your own are left out: ${messageOf(thrown)}\n`)
    return ours
  }
}

/**
 * The suites that a saved run was made with, as they are today. A run may come from elsewhere: a module inside it is never
 * loaded. Throws SW_RUN_UNREADABLE.
 */
export async function suitesOfRun({ ownSuites = [] }: Pick<RunInput, 'ownSuites'>, directory: string): Promise<readonly Suite[]> {
  for (const path of ownSuites) {
    if (!existsSync(path)) throw unreadable(directory, `it was judged by the suite ${path}, which is not there`)
    if (`${realpathSync(path)}${sep}`.startsWith(join(realpathSync(resolve(directory)), sep))) throw unreadable(directory, `it names the suite ${path}, which is part of it, and modules of a saved run are not loaded`)
  }
  return [...ours, ...(await loadOwnSuites(ownSuites, ours))]
}

const unreadable = (directory: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_RUN_UNREADABLE', `while reading a saved run: ${found} (${directory})`, { hint: 'Judge it where it was run, with the modules that its descriptor lists.' })
