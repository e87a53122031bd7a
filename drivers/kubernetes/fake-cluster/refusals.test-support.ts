import type { ServerResponse } from 'node:http'
import type { Workload } from '../objects.js'

/** A Status object in the place of an answer. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly details: unknown,
  ) {
    super(message)
  }
}

export const refusal = (status: number, reason: string, message: string, details?: unknown): Refusal => new Refusal(status, reason, message, details)

export const conflict = (kind: string, name: string): Refusal =>
  refusal(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${name}": the object has been modified; please apply your changes to the latest version and try again`, { name, kind })

export const invalid = (name: string, value: string): Refusal => {
  const message = `Invalid value: ${value}: must be greater than or equal to 0`
  return refusal(422, 'Invalid', `Deployment.apps "${name}" is invalid: spec.replicas: ${message}`, { name, group: 'apps', kind: 'Deployment', causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }] })
}

/** What the API server does not take of how a Deployment is rolled out. */
export function requireRollable({ metadata: { name }, spec }: Workload): void {
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {}
  const isNone = (value: unknown): boolean => value !== undefined && Number.parseFloat(String(value)) === 0
  const late = (spec.progressDeadlineSeconds ?? 600) <= (spec.minReadySeconds ?? 0)
  const field = late ? 'spec.progressDeadlineSeconds' : isNone(maxSurge) && isNone(maxUnavailable) ? 'spec.strategy.rollingUpdate.maxUnavailable' : undefined
  if (field === undefined) return
  const message = late ? `Invalid value: ${spec.progressDeadlineSeconds}: must be greater than minReadySeconds` : 'Invalid value: 0: may not be 0 when `maxSurge` is 0'
  throw refusal(422, 'Invalid', `Deployment.apps "${name}" is invalid: ${field}: ${message}`, { name, group: 'apps', kind: 'Deployment', causes: [{ reason: 'FieldValueInvalid', message, field }] })
}

/** A value of another type is refused by the patch itself, which names no object. */
export const unreadable = (value: string): Refusal => {
  const message = `Invalid value: ${value}`
  return refusal(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] })
}

export function answerStatus(response: ServerResponse, { status, reason, message, details }: Refusal): void {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details === undefined ? {} : { details }), code: status }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
