import type { Timeline, TimelineBucket } from '../../core/run-report.js'

/** Where everything on a timeline goes, in the units of the drawing. */
export interface TimelineLayout {
  readonly width: number
  readonly height: number
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number }
  readonly lanes: readonly PlacedIntervention[]
  readonly phases: readonly PlacedPhase[]
  /** Buckets of the report, merged into wider ones where a long scenario has too many; idle times have none. */
  readonly columns: readonly TimelineBucket[]
  readonly columnMs: number
  readonly endMs: number
  readonly requestsMax: number
  readonly latencyMsMax: number
  xOf(atMs: number): number
  yOfRequests(count: number): number
  yOfLatency(latencyMs: number): number
}
export type Intervention = Timeline['interventions'][number]
export interface PlacedIntervention {
  readonly intervention: Intervention
  readonly left: number
  readonly width: number
  readonly top: number
  readonly text: string
  /** Where the text starts, or where it ends when it stands before the bar. */
  readonly textAt: number
  readonly place: 'inside' | 'behind' | 'before'
}
export interface PlacedPhase {
  readonly name: string
  readonly left: number
  readonly text: string
}

const width = 1080
const plotLeft = 46
const plotRight = width - 58
const plotHeight = 132
const phaseHeight = 20
export const laneHeight = 19
const axisHeight = 34
const columnsMax = 360
/** Average advance of the drawing's 11 px type; a little generous, so that texts do not touch. */
const characterWidth = 6.1
const boldCharacterWidth = 7

export function layOut(timeline: Timeline): TimelineLayout {
  const columnMs = timeline.bucketMs * bucketsPerColumn(timeline)
  const columns = merge(timeline.buckets, columnMs)
  const endMs = Math.max(
    1,
    ...columns.map(({ atMs }) => atMs + columnMs),
    ...timeline.interventions.map(({ toMs }) => toMs),
    ...timeline.phases.map(({ atMs }) => atMs),
  )
  const xOf = (atMs: number): number => plotLeft + (Math.min(Math.max(atMs, 0), endMs) / endMs) * (plotRight - plotLeft)
  const lanes = placeInterventions(timeline.interventions, xOf)
  const laneCount = lanes.reduce((most, { top }) => Math.max(most, top / laneHeight + 1), 0)
  const top = phaseHeight + laneCount * laneHeight + 20
  const bottom = top + plotHeight
  const requestsMax = niceAbove(Math.max(1, ...columns.map(({ ok, refused, lost }) => ok + refused + lost)))
  const latencyMsMax = niceAbove(Math.max(1, ...columns.map((column) => column.latencyMsMax)))
  return {
    width,
    height: bottom + axisHeight,
    plot: { left: plotLeft, right: plotRight, top, bottom },
    lanes: lanes.map((lane) => ({ ...lane, top: lane.top + phaseHeight })),
    phases: placePhases(timeline.phases, xOf),
    columns,
    columnMs,
    endMs,
    requestsMax,
    latencyMsMax,
    xOf,
    yOfRequests: (count) => bottom - (count / requestsMax) * plotHeight,
    yOfLatency: (latencyMs) => bottom - (latencyMs / latencyMsMax) * plotHeight,
  }
}

/** Buckets without a request may be left out of a report, so the time they span counts, not their number. */
function bucketsPerColumn({ buckets, bucketMs }: Timeline): number {
  const spanMs = Math.max(0, ...buckets.map(({ atMs }) => atMs + bucketMs))
  return bucketMs > 0 ? Math.max(1, Math.ceil(spanMs / bucketMs / columnsMax)) : 1
}

function merge(buckets: readonly TimelineBucket[], columnMs: number): readonly TimelineBucket[] {
  const columns = new Map<number, TimelineBucket>()
  for (const bucket of buckets) {
    const atMs = columnMs > 0 ? Math.floor(bucket.atMs / columnMs) * columnMs : bucket.atMs
    const sum = columns.get(atMs) ?? { atMs, ok: 0, refused: 0, lost: 0, latencyMsMax: 0 }
    columns.set(atMs, {
      atMs,
      ok: sum.ok + bucket.ok,
      refused: sum.refused + bucket.refused,
      lost: sum.lost + bucket.lost,
      latencyMsMax: Math.max(sum.latencyMsMax, bucket.latencyMsMax),
    })
  }
  return [...columns.values()].toSorted((a, b) => a.atMs - b.atMs)
}

export function interventionName({ name, target, label }: Intervention): string {
  return `${name} ${target}${label === null ? '' : ` (${label})`}`
}

/** Each into the first lane where neither its bar nor its text touches another. */
function placeInterventions(interventions: readonly Intervention[], xOf: (atMs: number) => number): readonly PlacedIntervention[] {
  const laneEnds: number[] = []
  return interventions.toSorted((a, b) => a.fromMs - b.fromMs).map((intervention) => {
    const left = xOf(intervention.fromMs)
    const barWidth = Math.max(3, xOf(intervention.toMs) - left)
    const text = shortened(interventionName(intervention), 40)
    const textWidth = text.length * characterWidth
    const isInside = textWidth + 10 <= barWidth
    const fitsBehind = left + barWidth + 5 + textWidth <= width
    const place = isInside ? 'inside' : fitsBehind ? 'behind' : 'before'
    const textAt = { inside: left + 5, behind: left + barWidth + 5, before: left - 5 }[place]
    const from = place === 'before' ? textAt - textWidth : left
    const to = place === 'behind' ? textAt + textWidth : left + barWidth
    const free = laneEnds.findIndex((end) => end + 8 <= from)
    const lane = free === -1 ? laneEnds.length : free
    laneEnds[lane] = to
    return { intervention, left, width: barWidth, top: lane * laneHeight, text, textAt, place }
  })
}

/** A phase's name has the room until the next phase begins. */
function placePhases(phases: Timeline['phases'], xOf: (atMs: number) => number): readonly PlacedPhase[] {
  const ordered = phases.toSorted((a, b) => a.atMs - b.atMs)
  return ordered.map(({ name, atMs }, index) => {
    const left = xOf(atMs)
    const next = ordered[index + 1]
    const room = (next === undefined ? width : xOf(next.atMs)) - left - 10
    return { name, left, text: shortened(name, Math.floor(room / boldCharacterWidth)) }
  })
}

function shortened(text: string, charactersMax: number): string {
  const characters = [...text]
  if (characters.length <= charactersMax) return text
  return charactersMax < 4 ? '' : `${characters.slice(0, charactersMax - 1).join('').trimEnd()}…`
}

/** The next of 1, 2, 3, 4, 5, 6, 8 times a power of ten: axes end on numbers that people read at a glance. */
function niceAbove(value: number): number {
  const power = Math.pow(10, Math.floor(Math.log10(value)))
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value)
  return (step ?? 10) * power
}

/** At most ten ticks at round times, in ms. */
export function timeTicks(endMs: number): readonly number[] {
  const steps = [100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 1800e3, 3600e3]
  const step = steps.find((one) => endMs / one <= 10) ?? endMs / 10
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step)
}
