import type { Procedure, ValueProbe } from '../core/procedure.js'
import type { Operation } from '../core/service-descriptor.js'
import type { OperationDocument, ProcedureDocument } from './descriptor-parts.js'
import { DescriptorContradiction } from './descriptor-contradiction.js'

const requestTimeoutMsDefault = 10_000
const unitMs = { ms: 1, s: 1_000, m: 60_000 } as const

/** '250ms' -> 250. The schema has made sure of the form. */
export function durationMs(text: string): number {
  const match = /^([\d.]+)(ms|s|m)$/.exec(text)
  if (!match) throw new Error(`not a duration: ${text}`)
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}

export const list = <T>(value: T | readonly T[] | undefined, fallback: readonly T[]): readonly T[] =>
  value === undefined ? fallback : Array.isArray(value) ? (value as readonly T[]) : [value as T]

export function methodAndPath(text: string): { method: string; path: string } {
  const space = text.indexOf(' ')
  return { method: text.slice(0, space), path: text.slice(space + 1) }
}

/** Any 2xx, written as an empty list. */
const anySuccess: readonly number[] = []

/** `weightDefault`: 1 in `traffic`, 0 elsewhere. */
export function operationOf(name: string, document: OperationDocument, weightDefault: number): Operation {
  const { method, path } = methodAndPath(document.http)
  const [effectRequest, effectPointer] = document.effect?.split('#') ?? []
  return {
    name,
    method,
    path,
    headers: document.headers ?? {},
    ...(document.body === undefined ? {} : { body: document.body }),
    expect: {
      status: list(document.expect?.status, anySuccess),
      json: document.expect?.json ?? {},
      ...(document.expect?.bodyEndsWith === undefined ? {} : { bodyEndsWith: document.expect.bodyEndsWith }),
      ...(document.expect?.degraded === undefined ? {} : { degraded: { marker: placeOf(document.expect.degraded.marker), json: document.expect.degraded.json ?? {} } }),
    },
    mutates: document.mutates ?? !['GET', 'HEAD'].includes(method),
    timeoutMs: document.timeout === undefined ? requestTimeoutMsDefault : durationMs(document.timeout),
    weight: document.weight ?? weightDefault,
    ...(document.minDuration === undefined ? {} : { minDurationMs: durationMs(document.minDuration) }),
    streams: document.streams ?? false,
    holdsBody: document.holdsBody ?? false,
    ...(document.capture === undefined ? {} : { capture: Object.fromEntries(Object.entries(document.capture).map(([key, place]) => [key, placeOf(place)])) }),
    ...(effectRequest === undefined || effectPointer === undefined
      ? {}
      : { effect: { path: methodAndPath(effectRequest).path, pointer: effectPointer } }),
  }
}

/** Throws DescriptorContradiction, with the path given. */
export function procedureOf(document: ProcedureDocument, path: readonly string[]): Procedure {
  const ways = [document.http, document.signal, document.exec].filter((way) => way !== undefined)
  if (ways.length !== 1) {
    throw new DescriptorContradiction(path, `expected exactly one of http, signal and exec, found ${ways.length}`)
  }
  if (document.http === undefined && (document.body !== undefined || document.text !== undefined || document.headers !== undefined)) {
    throw new DescriptorContradiction(path, 'headers, body and text belong to http, which is not there')
  }
  if (document.body !== undefined && document.text !== undefined) throw new DescriptorContradiction(path, 'expected one of body and text, found both')
  const timeout = document.timeout === undefined ? {} : { timeoutMs: durationMs(document.timeout) }
  if (document.signal !== undefined) return { via: 'signal', signal: document.signal, ...timeout }
  if (document.exec !== undefined) return { via: 'exec', command: document.exec, ...timeout }
  return {
    via: 'http',
    ...methodAndPath(document.http ?? ''),
    ...(document.headers === undefined ? {} : { headers: document.headers }),
    ...(document.body === undefined ? {} : { body: document.body }),
    ...(document.text === undefined ? {} : { text: document.text }),
    expectStatus: list(document.status, anySuccess),
    ...timeout,
  }
}

/** Of a `place`. */
export const placeOf = (text: string): { readonly header: string } | { readonly pointer: string } =>
  text.startsWith('#') ? { pointer: text.slice(1) } : { header: text.slice('header:'.length).toLowerCase() }

/** "GET /banner#/text" -> path and pointer. The schema has made sure of the form. */
export function valueProbeOf(text: string): ValueProbe {
  const [request = '', pointer = ''] = text.split('#')
  return { path: methodAndPath(request).path, pointer }
}
