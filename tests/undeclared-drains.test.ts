import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { declaredCapabilities } from '../core/capabilities.js'
import type { Driver } from '../core/driver.js'
import type { SafetyClass } from '../core/requirement.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { leftAlone } from '../engine/left-alone.js'
import { loadDescriptor } from '../engine/load-descriptor.js'
import { planRun } from '../engine/plan.js'
import { rehearse } from '../engine/rehearsal.js'
import { thresholdsOf } from '../engine/run-conformance.js'
import { suites } from '../suites/index.js'

test('no scenario drains a node that says nothing of it: without permission none is planned that would', async () => {
  const reference = loadDescriptor(join(dirname(fileURLToPath(import.meta.url)), '../reference-service/seaworthy.yaml'))
  const { drain: _, ...lifecycle } = reference.lifecycle
  const service: ServiceDescriptor = { ...reference, lifecycle, target: { ...reference.target, cluster: { namespace: 'shop', workload: { kind: 'deployment', name: 'web' }, service: 'web', drain: 'node' } } }
  const driver: Driver = { name: 'any', availability: async () => ({ available: true }), offers: declaredCapabilities, deploy: async () => Promise.reject(new Error('nothing is started')) }
  const draining = async (allow: SafetyClass): Promise<readonly string[]> => {
    const { scenarios } = planRun({ suites, service, driver, profile: 'quick', allow, only: undefined })
    const played = await Promise.all(scenarios.map(async ({ scenario, selected }) => ({ id: scenario.id, ...(await rehearse(scenario, { service, profile: 'quick', selected, thresholds: thresholdsOf({ suites, service, profile: 'quick' }), randomSeed: 1, leftAlone: leftAlone(driver, service) })) })))
    return played.filter(({ interventions }) => interventions.some(({ name }) => name === 'drain')).map(({ id }) => id)
  }
  expect(await draining('disruptive')).toEqual([])
  expect(await draining('destructive')).toEqual(suites.flatMap((suite) => suite.scenarios).filter(({ drainsUndeclared }) => drainsUndeclared === true).map(({ id }) => id))
})
