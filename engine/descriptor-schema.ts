import { z } from 'zod'
import { swap } from './descriptor-sections/swap.js'
import { database } from './descriptor-sections/database.js'
import { toggles } from './descriptor-sections/toggles.js'
import { accessSection, limitsSection } from './descriptor-sections/access.js'
import { importSection } from './descriptor-sections/import.js'
import { backupSection, dataDeclarations } from './descriptor-sections/backup.js'
import { configSection } from './descriptor-sections/config.js'
import { clone, upgrade } from './descriptor-sections/upgrade.js'
import { balancerTime, duration, exception, header, httpPath, operation, operationOrName, pointer, procedure, requirementId, signal } from './descriptor-parts.js'
import { degradationSection } from './descriptor-sections/degradation.js'
import { dataFiles, documentedRunbook, documentedTimes, startDrained } from './descriptor-sections/operations-of-replicas.js'
import { queueSection, scheduleSection } from './descriptor-sections/work.js'
import { observabilitySection } from './descriptor-sections/observability.js'
import { overloadSection } from './descriptor-sections/overload.js'
import { clientSection } from './descriptor-sections/client.js'
import { targetSection } from './descriptor-sections/target.js'

/**
 * The format of `seaworthy.yaml` as people write it. The published JSON Schema
 * (schemas/descriptor-v1.schema.json) is generated from this; `descriptor-from-document.ts` turns a valid
 * document into a `ServiceDescriptor`.
 */
export const descriptorSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('seaworthy/v1'),
  service: z.string().min(1).max(80).describe('name of the service'),
  target: targetSection,
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
  client: clientSection.optional(),
  health: z.strictObject({ readiness: httpPath, liveness: httpPath.optional(), detail: httpPath.optional() }).optional(),
  lifecycle: z
    .strictObject({
      drain: z.strictObject({ ...procedure, deadline: duration.default('30s'), endsInExit: z.boolean().default(false) }).optional(),
      undrain: z.strictObject(procedure).optional(),
      startDrained: startDrained.optional(),
      stop: z
        .strictObject({ signal: signal.default('SIGTERM'), grace: duration.default('30s'), exitCodes: z.array(z.number().int()).default([0, 143]) })
        .optional(),
      startTimeout: duration.default('60s'),
      upgrade: upgrade.optional(),
      clone: clone.optional(),
    })
    .optional(),
  traffic: z.record(z.string().regex(/^[a-z][a-zA-Z0-9-]*$/, 'expected a name of letters, digits and hyphens'), operation).optional(),
  data: z
    .strictObject({
      write: operationOrName,
      read: z
        .strictObject({
          strong: operationOrName.optional().describe('sees every acknowledged write at once; its expect must promise {value}, or at least {key}, or nothing can be judged by it'),
          ordinary: operationOrName.optional().describe('may lag behind by maxLag'),
        })
        .optional(),
      maxLag: duration.default('1s'),
      files: dataFiles.optional(),
      session: z.strictObject({ open: operation, token: pointer, resume: operation }).optional(),
      ...dataDeclarations,
    })
    .optional(),
  database: database.optional(),
  toggles: toggles.optional(),
  swap: swap.optional(),
  config: configSection.optional(),
  degradation: degradationSection.optional(),
  overload: overloadSection.optional(),
  access: accessSection.optional(),
  limits: limitsSection.optional(),
  import: importSection.optional(),
  queue: queueSection.optional(),
  schedule: scheduleSection.optional(),
  docs: z.strictObject({ times: documentedTimes.optional(), runbook: documentedRunbook.optional() }).optional(),
  observability: observabilitySection.optional(),
  backup: backupSection.optional(),
  suites: z.array(z.string().regex(/\.m?js$/, 'expected a JavaScript module such as ./my-suite.mjs')).optional().describe('modules that export suites of your own'),
  notApplicable: z.array(exception).default([]),
  waivers: z.array(exception).default([]),
  overrides: z.record(requirementId, z.record(z.string(), z.union([z.number(), z.array(z.number())]))).default({}),
})

export type DescriptorDocument = z.infer<typeof descriptorSchema>
