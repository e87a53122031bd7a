import { isDeepStrictEqual } from 'node:util'
import type { Procedure, ReadValue, ValueProbe } from '../procedure.js'
import type { Operation } from '../service-descriptor.js'

/** Toggles of individual features: how they are listed and switched, and what each feature looks like on and off. */
export interface Toggles {
  /** An array of names, an array of objects with a `name`, or an object with one key for each toggle. */
  readonly list: ValueProbe
  /** With the placeholder {feature}. */
  readonly switchOn: Procedure
  readonly switchOff: Procedure
  readonly features: readonly ToggledFeature[]
  /** Longest time that a change may take to be in force everywhere, as the service promises it. */
  readonly effectiveWithinMs?: number
  /** Features that are new in the release under test; each must have a toggle. */
  readonly release: readonly string[]
  /** The component that keeps the states. */
  readonly store?: string
  /** Requests whose answers must be as before once the features are off again, and what of the answers may differ. */
  readonly unchanged?: UnchangedAnswers
}

export interface UnchangedAnswers {
  readonly operations: readonly Operation[]
  /** JSON pointers to what may differ from one answer to the next. */
  readonly ignore: readonly string[]
}

export interface ToggledFeature {
  readonly name: string
  /** State of a fresh deployment, and of a start without the store. */
  readonly default: boolean
  readonly probe: ValueProbe
  readonly whenOn: FeatureSign
  readonly whenOff: FeatureSign
  /** Requests that make use of it while it is on, so that it leaves something behind. */
  readonly use: readonly Operation[]
  /** Features that may change its state when they are switched. */
  readonly dependsOn: readonly string[]
}

/** What a probe must find for a state. */
export type FeatureSign =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'present' } // whatever the value
  | { readonly kind: 'absent' } // an answer with nothing at the pointer
  | { readonly kind: 'status'; readonly status: number }

/** `neither`: an answer that fits no declared state. `unread`: no answer that says anything. */
export type FeatureState = 'on' | 'off' | 'neither' | 'unread'

export function featureState(feature: Pick<ToggledFeature, 'whenOn' | 'whenOff'>, read: ReadValue): FeatureState {
  const on = shows(feature.whenOn, read)
  const off = shows(feature.whenOff, read)
  if (on !== off) return on ? 'on' : 'off'
  if (read.outcome === 'read' || read.outcome === 'absent') return 'neither'
  // A status that nobody declared may be a refusal of the moment: 5xx says nothing of the feature.
  return read.outcome === 'error-status' && (read.status ?? 500) < 500 ? 'neither' : 'unread'
}

function shows(sign: FeatureSign, read: ReadValue): boolean {
  if (sign.kind === 'status') return read.status === sign.status
  if (sign.kind === 'absent') return read.outcome === 'absent'
  return read.outcome === 'read' && (sign.kind === 'present' || isDeepStrictEqual(read.value, sign.value))
}

/** Names in a list of toggles as `Toggles.list` describes it; empty when it has another form. */
export function namesInList(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((one: unknown) => (typeof one === 'object' && one !== null ? (one as { name?: unknown }).name : one)).filter((name) => typeof name === 'string')
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}
