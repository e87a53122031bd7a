import { featureState, type FeatureState } from '../../core/declarations/toggles.js'
import { eventsOf, type History, type ObservationEvent } from '../../core/history.js'
import type { ReadValue } from '../../core/procedure.js'
import { factOf, interventionsOf, numberFact, type Window } from '../../core/reading.js'
import type { FeatureFact, State } from './features.js'
import { flipEnd, switchName, type FlipEnd } from './names.js'

/** One reading of a feature on an instance. */
export interface FeatureReading {
  readonly instance: string
  readonly state: FeatureState
  readonly boot: string | undefined
  readonly sentAtMs: number
  readonly atMs: number
  /** An answer that the service failed to give: 5xx. */
  readonly broken: boolean
  readonly said: string // for people: 'value "x"', 'status 404'
}

/** One switching of one feature that was watched until it was in force, or until there was no more waiting. */
export interface Flip {
  readonly label: string
  readonly feature: FeatureFact
  readonly to: State
  readonly issuedAtMs: number
  /** Acknowledged, or else issued: from here the time counts. */
  readonly fromMs: number
  readonly endAtMs: number
  /** Why the service refused, when it did. */
  readonly refused: string | undefined
}

/** What a history says of toggles, read in few passes. */
export interface ToggleRecord {
  readonly features: readonly FeatureFact[]
  readonly instances: readonly string[]
  /** The instance that changes are made through. */
  readonly through: string | undefined
  readonly flips: readonly Flip[]
  /** In the order in which they were recorded. */
  readings(feature: string, instance: string): readonly FeatureReading[]
  /** What the service promises holds where it is stricter than the requirement. */
  withinPromise(limitMs: number): number
}

const prefix = 'feature '

export function toggleRecordOf(history: History): ToggleRecord {
  const features = (factOf(history, 'toggle-features') as readonly FeatureFact[] | undefined) ?? []
  const named = new Map(features.map((one) => [one.name, one]))
  const readings = new Map<string, FeatureReading[]>()
  const ends = new Map<string, ObservationEvent>()
  for (const event of eventsOf(history, 'observation')) {
    if (event.probe === flipEnd) ends.set((event.value as FlipEnd).label, event)
    const feature = event.probe.startsWith(prefix) ? named.get(event.probe.slice(prefix.length)) : undefined
    if (feature === undefined) continue
    const place = `${feature.name} ${event.target}`
    readings.set(place, [...(readings.get(place) ?? []), readingOf(feature, event)])
  }
  const promiseMs = numberFact(history, 'toggle-effective-within-ms')
  return {
    features,
    instances: (factOf(history, 'instances') as readonly string[] | undefined) ?? [],
    through: factOf(history, 'toggle-through') as string | undefined,
    flips: flipsOf(history, named, ends),
    readings: (feature, instance) => readings.get(`${feature} ${instance}`) ?? [],
    withinPromise: (limitMs) => Math.min(limitMs, promiseMs ?? limitMs),
  }
}

function readingOf(feature: FeatureFact, event: ObservationEvent): FeatureReading {
  const value = event.value as ReadValue
  return { instance: event.target, state: featureState(feature, value), boot: value.boot, sentAtMs: event.sentAtMs ?? event.atMs, atMs: event.atMs, broken: value.outcome === 'error-status' && (value.status ?? 0) >= 500, said: saidOf(value) }
}

function saidOf({ outcome, status, value }: ReadValue): string {
  if (outcome === 'read') return `value ${JSON.stringify(value)?.slice(0, 80) ?? 'undefined'}`
  return outcome === 'error-status' ? `status ${status}` : outcome === 'absent' ? 'nothing at the pointer' : outcome
}

/** In the order in which they were made. A flip without an end was cut and is left out. */
function flipsOf(history: History, features: ReadonlyMap<string, FeatureFact>, ends: ReadonlyMap<string, ObservationEvent>): Flip[] {
  const made = interventionsOf(history).filter((one) => one.name === switchName('on') || one.name === switchName('off'))
  return made.flatMap((intervention) => {
    const end = ends.get(intervention.label ?? '')
    const feature = end === undefined ? undefined : features.get(end.target)
    if (end === undefined || feature === undefined) return []
    const { to, label } = end.value as FlipEnd
    const { issuedAtMs, acknowledgedAtMs, error } = intervention
    return [{ label, feature, to, issuedAtMs, fromMs: acknowledgedAtMs ?? issuedAtMs, endAtMs: end.atMs, refused: acknowledgedAtMs === undefined ? (error ?? 'no answer') : undefined }]
  })
}

/** What one instance showed of the flipped feature. */
export interface Effect {
  /** What it showed before; undefined when it was not read. */
  readonly before: FeatureState | undefined
  /** From the acknowledgement to the end of the first answer in the new state; undefined: never shown. */
  readonly tookMs: number | undefined
  /** The last answer of the flip was in the new state. */
  readonly stayed: boolean
  /** From the acknowledgement to the last answer that says something. */
  readonly watchedMs: number
  readonly last: FeatureReading | undefined
}

export function effectOn(record: ToggleRecord, flip: Flip, instance: string): Effect {
  const said = record.readings(flip.feature.name, instance).filter((one) => one.state !== 'unread')
  const answers = said.filter((one) => one.sentAtMs >= flip.issuedAtMs && one.sentAtMs <= flip.endAtMs)
  const first = answers.find((one) => one.state === flip.to)
  const last = answers.at(-1)
  return {
    before: said.findLast((one) => one.atMs <= flip.issuedAtMs)?.state,
    tookMs: first === undefined ? undefined : Math.max(0, first.atMs - flip.fromMs),
    stayed: last?.state === flip.to,
    watchedMs: last === undefined ? 0 : last.sentAtMs - flip.fromMs,
    last,
  }
}

/** Boots that an instance told in readings of features in a span: more than one is a restart. */
export function bootsIn(record: ToggleRecord, instance: string, span: Window): readonly string[] {
  const inSpan = record.features.flatMap(({ name }) => record.readings(name, instance)).filter((one) => one.sentAtMs >= span.fromMs && one.atMs <= span.toMs)
  return [...new Set(inSpan.flatMap(({ boot }) => boot ?? []))]
}

/** The last reading sent in a span that says something. */
export const lastIn = (readings: readonly FeatureReading[], span: Window): FeatureReading | undefined =>
  readings.findLast((one) => one.state !== 'unread' && one.sentAtMs >= span.fromMs && one.sentAtMs <= span.toMs)
