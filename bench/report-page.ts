import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageFile } from '../bin/package-files.js'
import { buildReport } from '../engine/build-report.js'
import { historySchema } from '../engine/history-file.js'
import { suites } from '../suites/index.js'
import { drainedHour, hourMs } from './drained-hour.js'

export interface PageMeasure {
  readonly wallS: number
  readonly peakMiB: number
  readonly fileMiB: number
  /** Median time of a zoom with its redraw in a browser; undefined where there is none. */
  readonly redrawMs: number | undefined
}

export const scenario = 'queue-draining/draining-is-invisible-through-the-balancer'
const runId = 'bench'
const linesAtOnce = 5_000

/** How long the HTML report of a run with this many requests takes, in a process of its own. */
export async function measureReportPage({ requests, folder }: { readonly requests: number; readonly folder: string }): Promise<PageMeasure> {
  const { directory } = runFolder(folder, requests)
  const program = `import { main } from ${JSON.stringify(pathToFileURL(packageFile('dist/bin/main.js')).href)}
const code = await main(['report', ${JSON.stringify(directory)}, '--reporter', 'html'])
process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n')
process.exit(code)`
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] })
  const wallS = (performance.now() - startedAt) / 1_000
  if (status !== 0) throw new Error(`the report of ${requests} requests ended with ${status}: ${stderr}`)
  const page = join(directory, 'index.html')
  return { wallS, peakMiB: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1_024, fileMiB: statSync(page).size / 1_048_576, redrawMs: await redrawMsOf(page) }
}

/** The folder of a run with so many requests, as a run leaves it. Made once. */
export function runFolder(folder: string, requests: number): { readonly directory: string; readonly history: string } {
  const directory = join(folder, `page-${requests}`)
  const history = `scenarios/${scenario}/history.ndjson`
  if (!existsSync(directory)) writeRun(directory, { history, requests })
  return { directory, history: join(directory, history) }
}

function writeRun(directory: string, { history, requests }: { readonly history: string; readonly requests: number }): void {
  mkdirSync(join(directory, 'scenarios', scenario), { recursive: true })
  const file = openSync(join(directory, history), 'w')
  let lines = [JSON.stringify({ kind: 'header', schema: historySchema, runId, scenario, startedAt: new Date().toISOString() })]
  let events = 0
  for (const event of drainedHour(requests)) {
    lines.push(JSON.stringify(event))
    events += 1
    if (lines.length < linesAtOnce) continue
    writeSync(file, `${lines.join('\n')}\n`)
    lines = []
  }
  writeSync(file, `${[...lines, JSON.stringify({ kind: 'end', atMs: hourMs, events })].join('\n')}\n`)
  closeSync(file)
  writeFileSync(join(directory, 'run.json'), JSON.stringify(reportOf(history, requests)))
}

function reportOf(history: string, requests: number): object {
  const timeline = { bucketMs: 30_000, buckets: [], interventions: [], phases: [] }
  return buildReport({
    runId, status: 'complete', service: { name: 'bench', waivers: [] }, descriptorPath: 'seaworthy.yaml', driver: 'process', profile: 'thorough', randomSeed: 1,
    startedAt: new Date().toISOString(), durationMs: hourMs, version: '0', requiredLevel: null, notRestored: [], suites, plan: { settled: new Map(), scenarios: [] }, thresholds: () => ({}), judgements: [],
    scenarios: [{ id: scenario, title: 'A long run', history, logs: [], durationMs: hourMs, requests, lost: 0, incomplete: null, timeline }], reproduceWith: '',
  })
}

/** The browser is a development dependency and may be missing. */
async function redrawMsOf(page: string): Promise<number | undefined> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))
  if (executablePath === undefined) return undefined
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    await tab.goto(pathToFileURL(page).href)
    await tab.locator('.scenario').first().scrollIntoViewIfNeeded()
    await tab.locator('.plot canvas').waitFor()
    return (await tab.evaluate(zooming)) as number
  } finally {
    await browser.close()
  }
}

/** Reading a pixel waits until everything is painted. */
const zooming = `(async () => {
  const area = document.querySelector('.plot-area')
  const times = []
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    area.dispatchEvent(new KeyboardEvent('keydown', { key: round % 2 === 0 ? '+' : '-', bubbles: true }))
    await Promise.resolve()
    document.querySelector('.plot canvas').getContext('2d').getImageData(0, 0, 1, 1)
    times.push(performance.now() - startedAt)
  }
  return times.sort((a, b) => a - b)[10]
})()`
