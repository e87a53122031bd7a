import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SeaworthyError } from '../core/errors.js'
import { requireKnownOverrides, requireWaiversInForce } from '../core/waivers.js'
import { drivers } from '../drivers/index.js'
import { parseDescriptor } from '../engine/load-descriptor.js'
import { planRun } from '../engine/plan.js'
import { suites } from '../suites/index.js'
import { edited, mutated, mutation, textEdit } from './descriptor-mutations.test-support.js'

/**
 * Whatever is done to a valid descriptor, what reads it says so with exit code 64 and a hint, or takes it: never another kind of error, and never
 * without end. `SEAWORTHY_FUZZ_RUNS=50000 npx vitest run tests/descriptor-fuzz.test.ts` looks longer.
 */
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const numRuns = Number(process.env['SEAWORTHY_FUZZ_RUNS'] ?? 1_000)
/** A quick run is cut short on a busy machine; a long one is asked for. */
const interruptAfterTimeLimit = process.env['SEAWORTHY_FUZZ_RUNS'] === undefined ? 12_000 : 3_600_000
/** Quick runs try the same every time, so that they fail for who broke something; long ones look for more. */
const seed = process.env['SEAWORTHY_FUZZ_RUNS'] === undefined ? 20_261 : Date.now()
const oneMsMax = 10_000

const texts = [
  'reference-service/seaworthy.yaml',
  ...readdirSync(join(root, 'examples')).flatMap((name) => readdirSync(join(root, 'examples', name)).filter((file) => file.endsWith('.yaml') && file !== 'config.yaml').map((file) => join('examples', name, file))),
].map((path) => ({ path: join(root, path), text: readFileSync(join(root, path), 'utf8') })).filter(({ text }) => text.includes('schema: seaworthy/v1'))
const documents = texts.map(({ path, text }) => ({ path, document: parse(text) as unknown }))

/** What `run` and `plan` do with a descriptor before anything is started. */
function read(text: string, path: string): 'taken' | 'refused' {
  const startedAt = performance.now()
  try {
    const service = parseDescriptor(text, path, { HOME: '/home/fuzz' })
    requireWaiversInForce(service, suites, new Date('2026-12-01'))
    requireKnownOverrides(service, suites)
    const driver = drivers.find(({ name }) => name === 'process')!
    planRun({ suites, service, driver, profile: 'quick', allow: 'destructive', only: undefined })
    return 'taken'
  } catch (thrown) {
    expect(thrown, thrown instanceof Error ? thrown.stack : '').toBeInstanceOf(SeaworthyError)
    const { exitCode, code, message } = thrown as SeaworthyError
    expect({ exitCode, code }).toEqual({ exitCode: 64, code: expect.stringMatching(/^SW_[A-Z_]+$/) })
    expect(message).not.toMatch(/\n\s+at .*:\d+:\d+/)
    return 'refused'
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(oneMsMax)
  }
}

describe('a descriptor that was changed at random', () => {
  test('the originals are taken', () => {
    expect(texts.length).toBeGreaterThan(5)
    for (const { path, text } of texts) expect(read(text, path), path).toBe('taken')
  })

  test('documents: taken or refused with exit code 64', { timeout: 3_700_000 }, () => {
    const counts = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ path, document }, mutations) => {
        counts[read(JSON.stringify(mutated(document, mutations)), path)] += 1
      }),
      { seed, numRuns, interruptAfterTimeLimit, markInterruptAsFailure: false },
    )
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.taken).toBeGreaterThan(0)
  })

  test('texts: taken or refused with exit code 64', { timeout: 3_700_000 }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(textEdit, { minLength: 1, maxLength: 3 }), ({ path, text }, edits) => void read(edited(text, edits), path)),
      { seed, numRuns, interruptAfterTimeLimit, markInterruptAsFailure: false },
    )
  })
})
