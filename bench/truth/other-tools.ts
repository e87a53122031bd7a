import { spawn } from 'node:child_process'
import { packageFile } from '../../bin/package-files.js'
import { countsAsLost, requestsOf } from '../../core/reading.js'
import { quantileOf } from '../../core/checks/quantile.js'
import type { MeasurementRow } from '../measurement.js'
import type { LossManner, TargetPlan } from './protocol.js'
import { item, measured, pause, truthsOf } from './rig.js'
import { startTarget } from './target.js'

/** What a load generator says of one run, in its own words turned into numbers. */
interface Told {
  readonly answers: number
  readonly errors: number
  readonly p99Ms: number
}
interface Tool {
  readonly name: string
  command(url: string, seconds: number): readonly [string, ...string[]]
  read(output: string): Told
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0)
const sumIn = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0)
const connections = '10'

/** As people use them: closed loops on a few connections. */
const tools: readonly Tool[] = [
  {
    name: 'autocannon',
    command: (url, seconds) => [process.execPath, packageFile('node_modules/autocannon/autocannon.js'), '-c', connections, '-d', String(seconds), '--json', url],
    read: (output) => {
      const said = JSON.parse(output) as { readonly errors: number; readonly resets: number; readonly non2xx: number; readonly '2xx': number; readonly latency: { readonly p99: number } }
      return { answers: said['2xx'], errors: said.errors + said.non2xx + said.resets, p99Ms: said.latency.p99 }
    },
  },
  {
    name: 'wrk',
    command: (url, seconds) => ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', url],
    read: (output) => {
      const [, value = '0', unit = 'ms'] = /99%\s+([\d.]+)(us|ms|s)/.exec(output) ?? []
      return { answers: numberIn(output, /(\d+) requests in/), errors: sumIn(output, /(?:connect|read|write|timeout) (\d+)/g) + numberIn(output, /Non-2xx or 3xx responses: (\d+)/), p99Ms: Number(value) * ({ us: 0.001, ms: 1, s: 1_000 }[unit] ?? 1) }
    },
  },
  {
    name: 'hey',
    command: (url, seconds) => ['hey', '-z', `${seconds}s`, '-c', connections, url],
    read: (output) => ({ answers: sumIn(output, /\[200\]\s+(\d+) responses/g), errors: sumIn(output.split('Error distribution:')[1] ?? '', /\[(\d+)\]/g), p99Ms: 1_000 * numberIn(output, /99% in ([\d.]+) secs/) }),
  },
]

/** Standard output, or undefined where the program is not installed. */
function run([program, ...words]: readonly [string, ...string[]], timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      if (error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    })
    child.once('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
  })
}

interface Outcome {
  readonly tool: string
  readonly told: Told | undefined
  readonly lost: number
}

async function toolOn(tool: Tool, { plan, seconds, freezeMs }: { readonly plan: TargetPlan; readonly seconds: number; readonly freezeMs?: number }): Promise<Outcome> {
  await using target = await startTarget(plan)
  const running = run(tool.command(new URL('/item/any', target.url).href, seconds), seconds * 1_000 + 30_000)
  if (freezeMs !== undefined) {
    await pause((seconds * 1_000 - freezeMs) / 2)
    await target.call('dark', { forMs: freezeMs, manner: 'freeze' })
  }
  const output = await running
  const lost = (await target.call('log')).filter(({ what }) => what === 'lost').length
  return { tool: tool.name, told: output === undefined ? undefined : tool.read(output), lost }
}

async function oursOn(folder: string, { plan, seconds, freezeMs }: { readonly plan: TargetPlan; readonly seconds: number; readonly freezeMs?: number }): Promise<Outcome> {
  const found = await measured({ folder, plan }, async ({ traffic, target }) => {
    const load = traffic.start({ name: 'background', ratePerSecond: 200, operations: [item], via: 'balancer', connections: 'keep-alive', durationMaxMs: seconds * 1_000 })
    if (freezeMs !== undefined) {
      await pause((seconds * 1_000 - freezeMs) / 2)
      await target.call('dark', { forMs: freezeMs, manner: 'freeze' })
    }
    await load.finished()
  })
  const requests = requestsOf(found.history, 'background')
  const errors = requests.filter(countsAsLost).length
  const p99Ms = quantileOf(requests.map((one) => one.endedAtMs - one.plannedAtMs), 0.99).estimate
  return { tool: 'seaworthy', told: { answers: requests.length - errors, errors, p99Ms }, lost: truthsOf(found, 'lost').length }
}

/** Every n-th is lost while it executes, longer than a close may cross a request on its way. */
const lossPlan = (manner: LossManner): TargetPlan => ({ lose: { every: 20, manner, afterMs: 70 } })

/** The same target under what people use today: which losses it reports, and what it says of a second in which nothing was answered. */
export async function besideOthers({ folder, forMs }: { readonly folder: string; readonly forMs: number }): Promise<readonly MeasurementRow[]> {
  const seconds = Math.max(2, Math.round(forMs / 1_000))
  const rows: MeasurementRow[] = []
  const row = (what: string, { told, tool }: Outcome, measuredText: (told: Told) => string): void => {
    rows.push(told === undefined ? { what: `${tool}: ${what}`, measured: 'not installed' } : { what: `${tool}: ${what}`, measured: measuredText(told) })
  }
  for (const manner of ['fin', 'rst', 'truncate'] as const) {
    const given = { plan: lossPlan(manner), seconds }
    for (const found of [await oursOn(folder, given), ...(await each(tools, (tool) => toolOn(tool, given)))]) {
      row(`failures reported, every 20th request lost by ${manner}`, found, ({ errors, answers }) => `${errors} of ${found.lost} lost, beside ${answers} answers`)
    }
  }
  const freezeMs = 500 * (seconds > 2 ? 2 : 1)
  const given = { plan: {}, seconds, freezeMs }
  const trueMs = Math.round(freezeMs - 0.01 * seconds * 1_000)
  for (const found of [await oursOn(folder, given), ...(await each(tools, (tool) => toolOn(tool, given)))]) {
    row(`p99 with nothing answered for ${freezeMs} ms of ${seconds} s (a steady stream of clients sees about ${trueMs} ms)`, found, ({ p99Ms }) => `${p99Ms.toFixed(0)} ms`)
  }
  return rows
}

async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const one of items) results.push(await work(one))
  return results
}
