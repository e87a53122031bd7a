import { z } from 'zod'
import { durationMs } from './descriptor-from-document.js'

/**
 * The format of `seaworthy.yaml` as people write it. The published JSON Schema
 * (schemas/descriptor-v1.schema.json) is generated from this; `descriptor-from-document.ts` turns a valid
 * document into a `ServiceDescriptor`.
 */
const durationForm = /^\d+(\.\d+)?(ms|s|m)$/
const dayMs = 24 * 60 * 60_000
const duration = z
  .string()
  .regex(durationForm, 'expected a duration such as 250ms, 5s or 2m')
  .refine((text) => !durationForm.test(text) || durationMs(text) <= dayMs, 'expected at most 24 hours (1440m)')
  .describe('a duration such as 250ms, 5s or 2m; at most 24 hours')
/** A balancer that asks more often than this measures itself. */
const balancerTimeMsMin = 10
const balancerTime = duration.refine((text) => !durationForm.test(text) || durationMs(text) >= balancerTimeMsMin, `expected at least ${balancerTimeMsMin}ms`)
const http = z
  .string()
  .regex(/^(GET|HEAD|POST|PUT|PATCH|DELETE) \/(?![/\\])\S*$/, 'expected a method and a path such as "POST /admin/drain"; // would name another host')
  .describe('method and path, such as "GET /items/{key}"')
const httpPath = z.string().regex(/^\/(?![/\\])\S*$/, 'expected a path that begins with one /; // would name another host')
const header = z
  .string()
  .regex(/^header:[A-Za-z0-9-]+$/, 'expected header:NAME such as header:x-instance')
// RFC 9110, section 5.6.2 (token) and 5.5 (field values).
const headers = z.record(
  z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'expected the name of a header'),
  z.string().regex(/^[\t\u0020-\u007e\u0080-\u00ff]*$/, 'expected a header value without control characters'),
)
const command = z.array(z.string().min(1)).min(1).describe('program and arguments; `node` is the current Node.js')
const signal = z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])
const requirementId = z.string().regex(/^[A-Z]{3,5}-\d{2}$/, 'expected a requirement id such as DRAIN-03')
const environment = z.record(z.string(), z.string())
const pointer = z.string().regex(/^(\/[^/]*)+$/, 'expected a JSON pointer such as /items/0/id')

const unit = {
  command,
  env: environment.default({}),
  restart: z.enum(['always', 'on-failure', 'never']).default('never').describe('what the platform does when the process ends'),
  startAtBoot: z.boolean().default(false).describe('whether the machine starts it when it boots'),
}

const expectation = z.strictObject({
  status: z.union([z.number().int(), z.array(z.number().int()).min(1)]).optional().describe('default: any 2xx'),
  json: z.record(pointer, z.unknown()).optional().describe('JSON pointer -> value that must stand there'),
  bodyEndsWith: z.string().optional(),
})

const operation = z.strictObject({
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
  effect: z
    .string()
    .regex(/^GET \/(?![/\\])\S*#(\/[^/]*)+$/, 'expected GET PATH#POINTER such as "GET /effects/{key}#/count"')
    .optional(),
})
const operationOrName = z.union([z.string().min(1), operation])

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
const exception = z.strictObject({
  id: requirementId,
  reason: z.string().min(20, 'expected a reason of at least 20 characters'),
  owner: z.string().min(1),
  until: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2027-06-30').refine(isDate, 'expected a date that exists'),
})

const component = z.strictObject({
  ...unit,
  role: z.enum(['db-primary', 'db-replica', 'cache', 'queue', 'storage', 'dependency']),
  hard: z.boolean().default(true).describe('false: the service must degrade instead of failing without it'),
  ownsData: z.boolean().default(false).describe('holds acknowledged writes'),
  ready: z.union([z.literal('tcp'), httpPath]).default('tcp'),
})

const procedure = {
  http: http.optional(),
  signal: signal.optional(),
  exec: command.optional(),
  status: z.union([z.number().int(), z.array(z.number().int()).min(1)]).optional(),
}

export const descriptorSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('seaworthy/v1'),
  service: z.string().min(1).max(80).describe('name of the service'),
  target: z.strictObject({
    kind: z.literal('process'),
    disposable: z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures'),
    install: command.optional().describe('run once per deployment before the first start'),
    replicas: z.strictObject({ ...unit, count: z.number().int().min(1).max(16).default(1) }),
    components: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'), component).default({}),
  }),
  facts: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])).default({}),
  identity: z.strictObject({ instance: header, boot: header.optional() }).optional(),
  balancer: z
    .strictObject({
      interval: balancerTime.default('1s'),
      fall: z.number().int().min(1).default(2),
      rise: z.number().int().min(1).default(1),
      timeout: balancerTime.default('1s'),
    })
    .optional(),
  health: z.strictObject({ readiness: httpPath, liveness: httpPath.optional(), detail: httpPath.optional() }),
  lifecycle: z
    .strictObject({
      drain: z.strictObject({ ...procedure, deadline: duration.default('30s'), endsInExit: z.boolean().default(false) }).optional(),
      undrain: z.strictObject(procedure).optional(),
      stop: z
        .strictObject({ signal: signal.default('SIGTERM'), grace: duration.default('30s'), exitCodes: z.array(z.number().int()).default([0, 143]) })
        .optional(),
      startTimeout: duration.default('60s'),
    })
    .optional(),
  traffic: z.record(z.string().regex(/^[a-z][a-zA-Z0-9-]*$/, 'expected a name of letters, digits and hyphens'), operation),
  data: z
    .strictObject({
      write: operationOrName,
      read: z.strictObject({ strong: operationOrName.optional(), ordinary: operationOrName.optional() }).optional(),
      maxLag: duration.default('1s'),
      session: z.strictObject({ open: operation, token: pointer, resume: operation }).optional(),
    })
    .optional(),
  notApplicable: z.array(exception).default([]),
  waivers: z.array(exception).default([]),
  overrides: z.record(requirementId, z.record(z.string(), z.union([z.number(), z.array(z.number())]))).default({}),
})

export type DescriptorDocument = z.infer<typeof descriptorSchema>
export type OperationDocument = z.infer<typeof operation>
export type ProcedureDocument = { http?: string | undefined; signal?: NodeJS.Signals | undefined; exec?: string[] | undefined; status?: number | number[] | undefined }
