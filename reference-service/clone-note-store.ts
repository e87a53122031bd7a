import { request } from 'node:http'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'

/**
 * Moves the notes of one store to another that runs beside it, in three steps that operators take one after the other:
 *
 *   clone-note-store.js copy FROM TO       while notes are written
 *   clone-note-store.js freeze FROM TO     FROM refuses notes from now on
 *   clone-note-store.js catch-up FROM TO   what the copy missed; fails when TO has not everything then
 *
 * FROM and TO are HOST:PORT. Each step may be repeated.
 */
refuseUnknownDefect()

const timeoutMs = 10_000

function call<T>(store: string, method: string, path: string, body?: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, `http://${store}`)
    const sent = request(url, { method, agent: false, timeout: timeoutMs, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.once('error', reject)
      response.once('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as T)
        else reject(new Error(`${method} ${url.href} answered ${response.statusCode}: ${text}`))
      })
    })
    sent.once('timeout', () => sent.destroy(new Error(`${url.href} did not answer within ${timeoutMs} ms`)))
    sent.once('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

interface Changes {
  readonly changes: readonly unknown[]
  readonly last: number
}
const lastOf = async (store: string): Promise<number> => (await call<{ notes: number }>(store, 'GET', '/version')).notes

async function copy(from: string, to: string): Promise<number> {
  const { changes } = await call<Changes>(from, 'GET', `/changes?after=${await lastOf(to)}`)
  await call(to, 'POST', '/changes', { changes })
  return changes.length
}

async function catchUp(from: string, to: string): Promise<void> {
  // The defect: the copy is taken for the whole.
  if (defective('upgr.clone-misses-late-writes')) return
  const carried = await copy(from, to)
  const [before, after] = [await lastOf(from), await lastOf(to)]
  if (before !== after) throw new Error(`the clone has ${after} changes, the original ${before}`)
  process.stdout.write(`${carried} changes carried over, ${after} in all\n`)
}

const [step, from = '', to = ''] = process.argv.slice(2)
const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  copy: async () => process.stdout.write(`${await copy(from, to)} changes copied\n`),
  freeze: () => call(from, 'POST', '/freeze'),
  'catch-up': () => catchUp(from, to),
}
const taken = steps[step ?? '']
if (taken === undefined || from === '' || to === '') {
  process.stderr.write(`clone-note-store: expected one of ${Object.keys(steps).join(', ')} and two addresses HOST:PORT\n`)
  process.exit(exitCodeConfiguration)
}
void taken().catch((error: Error) => {
  process.stderr.write(`clone-note-store: ${error.message}\n`)
  process.exit(1)
})
