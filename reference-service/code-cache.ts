import { readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire, Module } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { constants, Script } from 'node:vm'

/** Long enough for a replica to be ready and to have answered requests, so that what these need is in the cache too. */
const warmAfterMsDefault = 5_000

const [opening, closing] = Module.wrap('|').split('|') as [string, string]

/**
 * Runs the CommonJS program at `path` (ASCII only), with what V8 compiled for an earlier start: most of what a start costs is
 * compiling. The first start leaves that beside the program, or, where nothing can be left there, as in a container that has
 * the program from its image, in the folder that the environment names in `CODE_CACHE`. Where it can be left nowhere, or
 * when V8 refuses what it finds, as after another version of Node, the program is compiled as always.
 */
export function runProgram(path: string, warmAfterMs = warmAfterMsDefault): void {
  const places = placesOf(path)
  const { script, isCached } = scriptOf(path, places)
  const run = script.runInThisContext() as (...names: readonly unknown[]) => void
  const module = { exports: {} }
  run.call(module.exports, module.exports, createRequire(path), module, path, dirname(path))
  if (isCached) return
  setTimeout(() => void keep(script.createCachedData(), places), warmAfterMs).unref()
}

function scriptOf(path: string, places: readonly string[]): { readonly script: Script; readonly isCached: boolean } {
  const compile = (cachedData?: Buffer): Script =>
    new Script(opening + readFileSync(path, 'latin1') + closing, {
      filename: path,
      columnOffset: -opening.length, // a stack trace tells the places of the file
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData === undefined ? {} : { cachedData }),
    })
  for (const place of places) {
    const cachedData = readIfThere(place)
    const script = cachedData === undefined ? undefined : compile(cachedData)
    if (script?.cachedDataRejected === false) return { script, isCached: true }
  }
  return { script: compile(), isCached: false }
}

function placesOf(path: string): readonly string[] {
  const beside = codeCacheOf(path)
  const elsewhere = process.env['CODE_CACHE']
  return elsewhere ? [beside, join(elsewhere, basename(beside))] : [beside]
}

/** The name of a program changes with its contents: V8 itself compares nothing but their length. */
export const codeCacheOf = (path: string): string => `${path}.${process.version}-${process.arch}.code-cache`

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** In the first place where it can be kept. */
async function keep(code: Buffer, [beside, elsewhere]: readonly string[]): Promise<void> {
  if (beside === undefined || (await isKept(code, beside)) || elsewhere === undefined) return
  await mkdir(dirname(elsewhere), { recursive: true }).catch(() => undefined)
  await isKept(code, elsewhere)
}

/**
 * All of it or nothing, also when several replicas start at once or the power goes off. Without waiting: requests are being answered meanwhile. A process
 * that is killed on the way leaves its draft, which a later one removes.
 */
async function isKept(code: Buffer, path: string): Promise<boolean> {
  // In containers that share the folder, process numbers are the same.
  const draft = `${path}.${process.pid}-${process.hrtime.bigint()}`
  try {
    await removeOldDrafts(path).catch(() => undefined)
    await writeFile(draft, code, { flag: 'wx', flush: true })
    await rename(draft, path)
    return true
  } catch {
    await rm(draft, { force: true }).catch(() => undefined) // it is only slower without
    return false
  }
}

const draftMsMax = 60_000

async function removeOldDrafts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue
    const draft = join(dirname(path), name)
    if (Date.now() - (await stat(draft)).mtimeMs > draftMsMax) await rm(draft, { force: true })
  }
}
