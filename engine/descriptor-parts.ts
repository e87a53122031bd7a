import { z } from 'zod'
import { durationMs } from './descriptor-from-parts.js'

/** Parts of the format of `seaworthy.yaml` that sections are made of; `descriptor-from-parts.ts` turns valid ones into values. */
const durationForm = /^\d+(\.\d+)?(ms|s|m)$/
const dayMs = 24 * 60 * 60_000
export const duration = z
  .string()
  .regex(durationForm, 'expected a duration such as 250ms, 5s or 2m')
  .refine((text) => !durationForm.test(text) || durationMs(text) <= dayMs, 'expected at most 24 hours (1440m)')
  .describe('a duration such as 250ms, 5s or 2m; at most 24 hours')
/** A balancer that asks more often than this measures itself. */
const balancerTimeMsMin = 10
export const balancerTime = duration.refine((text) => !durationForm.test(text) || durationMs(text) >= balancerTimeMsMin, `expected at least ${balancerTimeMsMin}ms`)
export const http = z
  .string()
  .regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE) \/(?![/\\])\S*$/, 'expected a method and a path such as "POST /admin/drain"; // would name another host')
  .describe('method and path, such as "GET /items/{key}"')
export const httpPath = z.string().regex(/^\/(?![/\\])\S*$/, 'expected a path that begins with one /; // would name another host')
export const header = z
  .string()
  .regex(/^header:[A-Za-z0-9-]+$/, 'expected header:NAME such as header:x-instance')
// RFC 9110, section 5.6.2 (token) and 5.5 (field values).
export const headers = z.record(
  z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'expected the name of a header'),
  z.string().regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, 'expected a header value without control characters'),
)
export const command = z.array(z.string().min(1)).min(1).describe('program and arguments; `node` is the current Node.js')
export const signal = z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
export const requirementId = z.string().regex(/^([A-Z]{3,5}|X-[A-Z0-9]{2,12})-\d{2}$/, 'expected a requirement id such as DRAIN-03, or X-ORDERS-01 of a suite of your own')
export const environment = z.record(z.string(), z.string())
export const pointer = z.string().regex(/^(\/[^/]*)+$/, 'expected a JSON pointer such as /items/0/id')

export const unit = {
  command,
  env: environment.default({}),
  restart: z.enum(['always', 'on-failure', 'never']).default('never').describe('what the platform does when the process ends'),
  startAtBoot: z.boolean().default(false).describe('whether the machine starts it when it boots'),
}

/** Where something stands in an answer: a header, or a JSON pointer in its body. */
export const place = z.string().regex(/^(header:[A-Za-z0-9-]+|#(\/[^/]*)+)$/, 'expected header:NAME or #POINTER')

export const expectation = z.strictObject({
  status: z.union([z.number().int(), z.array(z.number().int()).min(1)]).optional().describe('default: any 2xx'),
  json: z.record(pointer, z.unknown()).optional().describe('JSON pointer -> value that must stand there'),
  bodyEndsWith: z.string().optional(),
  degraded: z
    .strictObject({ marker: place, json: z.record(pointer, z.unknown()).optional().describe('JSON pointer -> value that must stand there even then') })
    .optional()
    .describe('how a degraded answer says so (a header or a value that is not empty), and what it must still hold'),
})

export const operation = z.strictObject({
  http,
  headers: headers.optional(),
  body: z.unknown().optional().describe('JSON; {key}, {value}, {durationMs} and {token} are replaced inside strings, any other {name} is refused'),
  expect: expectation.optional(),
  mutates: z.boolean().optional().describe('default: true for POST, PUT, PATCH and DELETE'),
  timeout: duration.optional(),
  weight: z.number().min(0).optional().describe('share in mixed traffic; default 1, 0 keeps it out'),
  minDuration: duration.optional(),
  streams: z.boolean().optional(),
  holdsBody: z.boolean().optional(),
  capture: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), place).optional().describe('what of each answer is recorded: name -> header:NAME or #POINTER'),
  effect: z
    .string()
    .regex(/^GET \/(?![/\\])\S*#(\/[^/]*)+$/, 'expected GET PATH#POINTER such as "GET /effects/{key}#/count"')
    .optional(),
})
export const operationOrName = z.union([z.string().min(1), operation])

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
export const exception = z.strictObject({
  id: requirementId,
  reason: z.string().min(20, 'expected a reason of at least 20 characters'),
  owner: z.string().min(1),
  until: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2027-06-30').refine(isDate, 'expected a date that exists'),
})

export const component = z.strictObject({
  ...unit,
  role: z.enum(['db-primary', 'db-replica', 'cache', 'queue', 'storage', 'dependency']),
  hard: z.boolean().default(true).describe('false: the service must degrade instead of failing without it'),
  ownsData: z.boolean().default(false).describe('holds acknowledged writes'),
  ready: z.union([z.literal('tcp'), httpPath]).default('tcp'),
})

/** Exactly one of http, signal and exec. Used as `z.strictObject(procedure)`, with more keys where a section needs them. */
export const procedure = {
  http: http.optional(),
  headers: headers.optional(),
  body: z.unknown().optional().describe('JSON'),
  text: z.string().optional().describe('sent as it is, instead of a JSON body'),
  signal: signal.optional(),
  exec: command.optional(),
  timeout: duration.optional().describe('default: 15s'),
  status: z.union([z.number().int(), z.array(z.number().int()).min(1)]).optional(),
}

export const valueProbe = z
  .string()
  .regex(/^GET \/(?![/\\])[^\s#]*(#(\/[^/]*)*)?$/, 'expected GET PATH#POINTER such as "GET /banner#/text"; without a pointer the whole answer is the value')
  .describe('where a value can be read, such as "GET /banner#/text"')

export type OperationDocument = z.infer<typeof operation>
export interface ProcedureDocument {
  http?: string | undefined
  headers?: Record<string, string> | undefined
  body?: unknown
  text?: string | undefined
  signal?: NodeJS.Signals | undefined
  exec?: string[] | undefined
  timeout?: string | undefined
  status?: number | number[] | undefined
}
