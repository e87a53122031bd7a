import { listed, spanned } from '../../core/checks/counted.js'
import { greatestOf, leastOf } from '../../core/extremes.js'
import { eventsOf, type History } from '../../core/history.js'
import { factOf, interventionsOf, type Intervention } from '../../core/reading.js'

/** One power loss of everything, and how things were started after it. */
export interface PowerLoss {
  readonly label: string
  readonly order: string // 'components-last'
  readonly issuedAtMs: number
  /** The machine showed that it is another boot. */
  readonly witnessed: boolean
  readonly bootedAtMs: number
  /** The next thing that was done, or the end. */
  readonly untilMs: number
  /** First start of each target after the boot, in order. */
  readonly starts: ReadonlyMap<string, number>
  readonly lastStartedAtMs: number
  readonly delayed: readonly { readonly target: string; readonly byMs: number }[]
  readonly error: string | undefined
}

/** A unit that is started so much earlier than it should be was not delayed. */
const delayTolerance = 0.9

export function powerLossesOf(history: History): PowerLoss[] {
  return interventionsOf(history, 'reboot')
    .filter(({ detail }) => detail['manner'] === 'power-loss')
    .map((reboot) => lossOf(history, reboot))
}

function lossOf(history: History, reboot: Intervention): PowerLoss {
  const { issuedAtMs, detail, witnessedAtMs, error } = reboot
  const later = interventionsOf(history).filter((one) => one.issuedAtMs > issuedAtMs).map((one) => one.issuedAtMs)
  const untilMs = Math.min(Infinity, leastOf(later))
  let bootedAtMs: number | undefined
  const starts = new Map<string, number>()
  for (const event of eventsOf(history, 'platform')) {
    if (event.atMs < issuedAtMs || event.atMs >= untilMs) continue
    if (event.name === 'machine-booted') bootedAtMs ??= event.atMs
    if (event.name === 'process-started' && bootedAtMs !== undefined && !starts.has(event.target)) starts.set(event.target, event.atMs)
  }
  const from = bootedAtMs ?? reboot.acknowledgedAtMs ?? issuedAtMs
  const label = reboot.label ?? 'the power loss'
  return {
    label,
    order: label.replace(/^power-loss-\d+-/, '').replaceAll('-', ' '),
    issuedAtMs,
    witnessed: witnessedAtMs !== undefined && (detail['bootIdBefore'] === undefined || detail['bootIdBefore'] !== detail['bootIdAfter']),
    bootedAtMs: from,
    untilMs,
    starts,
    lastStartedAtMs: Math.max(from, greatestOf(starts.values())),
    delayed: Array.isArray(detail['delayed']) ? (detail['delayed'] as PowerLoss['delayed']) : [],
    error,
  }
}

/** Why one power loss shows nothing, for the service or against it; undefined when it does. */
export function doubtOfLoss(history: History, loss: PowerLoss): string | undefined {
  const { label, witnessed, error, bootedAtMs, starts, delayed, issuedAtMs, untilMs } = loss
  if (!witnessed) return `${label} was not witnessed: ${error ?? 'the boot id of the machine did not change'}`
  const early = delayed.filter(({ target, byMs }) => (starts.get(target) ?? Infinity) < bootedAtMs + delayTolerance * byMs)
  if (early.length > 0) return `${listed(early.map(({ target, byMs }) => `${target} was started before its ${spanned(byMs)} were over`))} after ${label}`
  const byMs = (target: string): number => delayed.find((one) => one.target === target)?.byMs ?? 0
  const sooner = [...starts].flatMap(([first, firstMs]) => [...starts].filter(([then, thenMs]) => byMs(first) > byMs(then) && firstMs < thenMs).map(([then]) => `${first} was started before ${then}`))
  if (sooner.length > 0) return `${sooner[0]} after ${label}, which is not the order that it was about`
  const spared = everything(history).filter((target) => !diedIn(history, target, { fromMs: issuedAtMs, toMs: bootedAtMs }))
  if (spared.length > 0) return `nothing shows that ${listed(spared)} lost power in ${label}`
  const unordered = delayed.filter(({ target }) => !starts.has(target)).map(({ target }) => target)
  if (unordered.length > 0) return `${listed(unordered)} ${unordered.length === 1 ? 'was' : 'were'} not started in the time that was watched after ${label}`
  const missing = components(history).filter((name) => !isUp(history, name, { fromMs: bootedAtMs, toMs: untilMs }))
  if (missing.length > 0) return `${listed(missing)} did not start after ${label}, so nothing can be said of what depends on it`
  return undefined
}

const names = (history: History, fact: string): readonly string[] => {
  const value = factOf(history, fact)
  return Array.isArray(value) ? (value as string[]) : []
}
const components = (history: History): readonly string[] => [...names(history, 'hardDependencies'), ...names(history, 'softDependencies')]
const everything = (history: History): readonly string[] => [...names(history, 'instances'), ...components(history)]

interface Span {
  readonly fromMs: number
  readonly toMs: number
}
function diedIn(history: History, target: string, { fromMs, toMs }: Span): boolean {
  for (const event of eventsOf(history, 'platform')) {
    if (event.name === 'process-exited' && event.target === target && event.atMs >= fromMs && event.atMs <= toMs) return true
  }
  return false
}

/** The last thing the platform said of it is that it was started. */
function isUp(history: History, target: string, { fromMs, toMs }: Span): boolean {
  let up = false
  for (const event of eventsOf(history, 'platform')) {
    if (event.target !== target || event.atMs < fromMs || event.atMs >= toMs) continue
    if (event.name === 'process-started') up = true
    if (event.name === 'process-exited') up = false
  }
  return up
}
