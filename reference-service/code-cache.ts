import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { dirname } from 'node:path'
import { constants, Script } from 'node:vm'

/** Long enough for a replica to be ready and to have answered requests, so that what these need is in the cache too. */
const warmAfterMs = 5_000

const [opening, closing] = Module.wrap('|').split('|') as [string, string]

/**
 * Runs the CommonJS program at `path` (ASCII only), with what V8 compiled for an earlier start: most of what a start costs is
 * compiling. The first start leaves that beside the program. Where it cannot, as in an installation that is read-only,
 * or when V8 refuses what it finds, as after another version of Node, the program is compiled as always.
 */
export function runProgram(path: string): void {
  const cachePath = codeCacheOf(path)
  const cachedData = readIfThere(cachePath)
  const script = new Script(opening + readFileSync(path, 'latin1') + closing, {
    filename: path,
    columnOffset: -opening.length, // a stack trace tells the places of the file
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  })
  const run = script.runInThisContext() as (...names: readonly unknown[]) => void
  const module = { exports: {} }
  run.call(module.exports, module.exports, createRequire(path), module, path, dirname(path))
  if (cachedData !== undefined && script.cachedDataRejected === false) return
  setTimeout(() => keep(script.createCachedData(), cachePath), warmAfterMs).unref()
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

/** All of it or nothing, also when several replicas start at once or the power goes off. */
function keep(code: Buffer, path: string): void {
  const draft = `${path}.${process.pid}`
  try {
    const file = openSync(draft, 'wx')
    try {
      writeFileSync(file, code)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch {
    discard(draft) // it is only slower without
  }
}

function discard(path: string): void {
  try {
    rmSync(path)
  } catch {
    // It was never there, or the disk is no longer ours to write to.
  }
}
