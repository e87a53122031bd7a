import type { Driver } from '../core/driver.js'
import { messageOf } from '../core/errors.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { changesBetween } from '../core/world-survey.js'

/**
 * Looks at the world before anything is changed. What it resolves to looks again, when everything is said to be put back, and
 * resolves to what is not: by what can be seen from outside, not by what was written down. Never rejects then. Throws SeaworthyError.
 */
export async function surveyWorld(driver: Driver, service: ServiceDescriptor, runId: string): Promise<() => Promise<readonly string[]>> {
  const before = await driver.survey?.(service, runId)
  if (before === undefined) return async () => []
  return async () => {
    try {
      return changesBetween(before, (await driver.survey?.(service, runId)) ?? new Map())
    } catch (error) {
      return [`whether the world is as it was found could not be seen: ${messageOf(error)}`]
    }
  }
}
