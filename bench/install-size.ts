import { spawnSync } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { packageFile } from '../bin/package-files.js'

const bytesIn = (path: string): number => {
  const found = lstatSync(path)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).filter((name) => name !== 'node_modules').reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
}

const output = (program: string, words: readonly string[]): string => spawnSync(program, words, { cwd: packageFile('.'), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout

/** What `npm install seaworthy` puts on a disk, in MiB: the package alone, and with everything it needs. */
export function measureInstallSize(): { readonly packageMiB: number; readonly withDependenciesMiB: number; readonly packages: number } {
  const [packed] = JSON.parse(output('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'])) as readonly { readonly unpackedSize: number }[]
  const folders = new Set(output('npm', ['ls', '--omit=dev', '--all', '--parseable']).split('\n').filter((path) => path.includes('node_modules')))
  const dependencies = [...folders].reduce((sum, path) => sum + bytesIn(path), 0)
  const own = packed?.unpackedSize ?? Number.NaN
  return { packageMiB: own / 1_048_576, withDependenciesMiB: (own + dependencies) / 1_048_576, packages: folders.size }
}
