import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryEvent } from '../core/history.js'
import { eventsOf } from '../core/history.js'
import { openHistory } from '../engine/history-file.js'

/** Where the time of one run went. All but the shares are seconds; scenarios run beside each other, so their sums exceed the wall time. */
export interface Waterfall {
  /** From the start of the program to the first scenario: arguments, descriptor, plan, reaper. */
  readonly beforeS: number
  /** While at least one scenario went on. */
  readonly scenariosS: number
  /** Between scenarios, with none going on. */
  readonly betweenS: number
  /** From the end of the last scenario to the exit: judging, reports, clean-up. */
  readonly afterS: number
  /** In the sum over all scenarios: until the baseline began, in gates of steady state, in named waits for the service, and all else of the exercise. */
  readonly deployingS: number
  readonly gatesS: number
  readonly waitsS: number
  readonly exercisingS: number
  /** Wall time without any scenario, as a share of all: what the harness itself costs. */
  readonly overheadShare: number
  readonly longest: readonly { readonly scenario: string; readonly seconds: number }[]
}

interface Span {
  readonly scenario: string
  readonly fromMs: number
  readonly toMs: number
  readonly deployingMs: number
  readonly gatesMs: number
  readonly waitsMs: number
}

const histories = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true }).filter((one) => one.name === 'history.ndjson').map((one) => join(one.parentPath, one.name))

function spanOf(path: string, folder: string): Span {
  const [header = '{}'] = readFileSync(path, 'utf8').split('\n', 1)
  const fromMs = Date.parse((JSON.parse(header) as { readonly startedAt: string }).startedAt)
  const history = openHistory(path)
  const gates = [...eventsOf(history, 'gate')]
  let endMs = 0
  let waitsMs = 0
  for (const event of history.events()) {
    endMs = Math.max(endMs, endOf(event))
    if (event.kind === 'observation' && event.probe === 'wait') waitsMs += (event.value as { readonly tookMs?: number }).tookMs ?? 0
  }
  const gatesMs = gates.reduce((sum, gate) => sum + gate.atMs - gate.startedAtMs, 0)
  const scenario = path.slice(folder.length + 1).replace('scenarios/', '').replace('/history.ndjson', '')
  return { scenario, fromMs, toMs: fromMs + endMs, deployingMs: gates[0]?.startedAtMs ?? endMs, gatesMs, waitsMs }
}

const endOf = (event: HistoryEvent): number => ('atMs' in event ? event.atMs : event.kind === 'request' ? event.endedAtMs : event.provenAtMs)

/** Reads what a run left. `startedAtMs` and `endedAtMs` of the program are those of `Date.now()`. */
export function waterfallOf(folder: string, { startedAtMs, endedAtMs }: { readonly startedAtMs: number; readonly endedAtMs: number }): Waterfall {
  const spans = histories(join(folder, 'scenarios')).map((path) => spanOf(path, folder)).sort((a, b) => a.fromMs - b.fromMs)
  const firstMs = spans[0]?.fromMs ?? endedAtMs
  let coveredMs = 0
  let untilMs = firstMs
  for (const { fromMs, toMs } of spans) {
    coveredMs += Math.max(0, toMs - Math.max(fromMs, untilMs))
    untilMs = Math.max(untilMs, toMs)
  }
  const wallMs = endedAtMs - startedAtMs
  const sum = (of: (span: Span) => number): number => spans.reduce((total, span) => total + of(span), 0) / 1_000
  const totalS = sum(({ fromMs, toMs }) => toMs - fromMs)
  const [deployingS, gatesS, waitsS] = [sum((one) => one.deployingMs), sum((one) => one.gatesMs), sum((one) => one.waitsMs)]
  return {
    beforeS: (firstMs - startedAtMs) / 1_000,
    scenariosS: coveredMs / 1_000,
    betweenS: (untilMs - firstMs - coveredMs) / 1_000,
    afterS: (endedAtMs - untilMs) / 1_000,
    deployingS, gatesS, waitsS,
    exercisingS: Math.max(0, totalS - deployingS - gatesS - waitsS),
    overheadShare: 1 - coveredMs / wallMs,
    longest: spans.map(({ scenario, fromMs, toMs }) => ({ scenario, seconds: (toMs - fromMs) / 1_000 })).sort((a, b) => b.seconds - a.seconds).slice(0, 5),
  }
}
