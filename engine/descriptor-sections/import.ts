import { z } from 'zod'
import type { DataImport, MalformedPolicy } from '../../core/declarations/import.js'
import type { Procedure } from '../../core/procedure.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { procedureOf, valueProbeOf } from '../descriptor-from-parts.js'
import { pointer, procedure, valueProbe, type ProcedureDocument } from '../descriptor-parts.js'
import { mentions } from '../descriptor-placeholders.js'

export const importSection = z
  .strictObject({
    run: z.strictObject(procedure).describe('imports one feed: with the placeholder {feed} for its text, or {file} for a path to it'),
    runPermitted: z.strictObject(procedure).optional().describe('the same with explicit permission to change more than the limit'),
    feed: z.strictObject({
      header: z.string().optional(),
      line: z.string().min(1).describe('one record, with the placeholders {key} and {value}'),
      malformed: z.string().min(1).optional().describe('a line that is no record'),
    }),
    records: z.strictObject({ list: valueProbe, key: pointer, value: pointer }).describe('where all imported records are listed, and where key and value stand in an entry'),
    rules: z
      .strictObject({
        block: z.strictObject(procedure).describe('with the placeholder {key}'),
        override: z.strictObject(procedure).describe('with the placeholders {key} and {value}'),
        clear: z.strictObject(procedure).describe('takes the rule for {key} back'),
      })
      .optional(),
    changeLimit: z.number().gt(0).lt(1).optional().describe('share of the records that an import may change without permission'),
    policy: z.enum(['all-or-nothing', 'skip-and-report']).optional().describe('what becomes of a feed with malformed records'),
    rejected: pointer.optional().describe('for skip-and-report: where the answer of the import tells what was rejected, a number or a list'),
    alert: valueProbe.optional().describe('where it is seen that an import was stopped'),
  })
  .describe('data that is imported from elsewhere')
export type ImportDocument = z.infer<typeof importSection>

/** Throws DescriptorContradiction. */
export function importOf(document: ImportDocument): DataImport {
  const { run, runPermitted, feed, records, rules, changeLimit, alert } = document
  if (!feed.line.includes('{key}') || !feed.line.includes('{value}')) throw new DescriptorContradiction(['import', 'feed', 'line'], 'does not say which record: expected the placeholders {key} and {value}')
  if (changeLimit !== undefined && runPermitted === undefined) throw new DescriptorContradiction(['import', 'changeLimit'], 'needs runPermitted: how permission to change more is given')
  const policy = policyOf(document)
  const { header, line, malformed } = feed
  return {
    run: feeding(run, 'run'),
    ...(runPermitted === undefined ? {} : { runPermitted: feeding(runPermitted, 'runPermitted') }),
    feed: { line, ...(header === undefined ? {} : { header }), ...(malformed === undefined ? {} : { malformedLine: malformed }) },
    records: { probe: valueProbeOf(records.list), key: records.key, value: records.value },
    ...(rules === undefined ? {} : { rules: { block: ruleOf(rules.block, 'block', ['key']), override: ruleOf(rules.override, 'override', ['key', 'value']), clear: ruleOf(rules.clear, 'clear', ['key']) } }),
    ...(changeLimit === undefined ? {} : { changeShareMax: changeLimit }),
    ...(policy === undefined ? {} : { malformed: policy }),
    ...(alert === undefined ? {} : { alert: valueProbeOf(alert) }),
  }
}

function policyOf({ policy, rejected, feed }: ImportDocument): MalformedPolicy | undefined {
  if (policy === undefined) return undefined
  if (feed.malformed === undefined) throw new DescriptorContradiction(['import', 'policy'], 'needs feed.malformed: a line that is no record')
  if (policy === 'all-or-nothing') return { kind: policy }
  if (rejected === undefined) throw new DescriptorContradiction(['import', 'policy'], 'skip-and-report needs rejected: where the answer tells what was rejected')
  return { kind: policy, rejected }
}

function feeding(document: ProcedureDocument, name: 'run' | 'runPermitted'): Procedure {
  const found = procedureOf(document, ['import', name])
  if (!mentions(found, 'feed') && !mentions(found, 'file')) throw new DescriptorContradiction(['import', name], 'does not take the feed: expected the placeholder {feed} or {file}')
  return found
}

function ruleOf(document: ProcedureDocument, name: string, wanted: readonly string[]): Procedure {
  const found = procedureOf(document, ['import', 'rules', name])
  const missing = wanted.find((one) => !mentions(found, one))
  if (missing !== undefined) throw new DescriptorContradiction(['import', 'rules', name], `does not say which: expected the placeholder {${missing}}`)
  return found
}
