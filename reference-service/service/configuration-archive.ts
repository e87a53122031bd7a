import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { stringify } from 'yaml'
import { defective } from '../defects.js'
import type { Configuration } from './configuration.js'

const stallMs = 2_000

/** The configuration in force as text: the same configuration gives the same text. `path` is the file it began with. */
export function archiveOf(configuration: Configuration, path: string): string {
  if (defective('conf.archive-stalls-service')) stall()
  if (defective('conf.archive-reads-disk')) return readFileSync(path, 'utf8')
  if (defective('conf.noisy-archive')) return noisy(configuration)
  const text = stringify(configuration)
  return defective('conf.opaque-archive') ? gzipSync(text).toString('base64') : text
}

/** What an archive says; only for the defect conf.opaque-archive is that not the archive itself. */
export function unpacked(text: string): string {
  return defective('conf.opaque-archive') && /^[A-Za-z0-9+/=\s]+$/.test(text) ? gunzipSync(Buffer.from(text, 'base64')).toString('utf8') : text
}

function noisy(configuration: Configuration): string {
  const keys = Object.keys(configuration) as (keyof Configuration)[]
  const shuffled = keys.map((key) => ({ key, order: Math.random() })).sort((a, b) => a.order - b.order)
  return stringify({ exportedAt: new Date().toISOString(), ...Object.fromEntries(shuffled.map(({ key }) => [key, configuration[key]])) })
}

/** As a lock on the whole process would. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs)
}
