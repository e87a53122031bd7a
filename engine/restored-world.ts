import { setTimeout as pause } from 'node:timers/promises'
import type { Driver } from '../core/driver.js'
import { exitCodes, messageOf, SeaworthyError } from '../core/errors.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { changesBetween, type WorldSurvey } from '../core/world-survey.js'

export interface SurveyLimits {
  /** For one look: an engine may hang. */
  readonly answerWithinMs: number
  /** What was just put back may still be starting. */
  readonly settleWithinMs: number
}
const limitsDefault: SurveyLimits = { answerWithinMs: 15_000, settleWithinMs: 10_000 }
const lookEveryMs = 500

/**
 * Looks at the world before anything is changed. What it resolves to looks again, when everything is said to be put back, and
 * resolves to what is not: by what can be seen from outside, not by what was written down. Never rejects then. Throws SeaworthyError.
 */
export async function surveyWorld(driver: Driver, service: ServiceDescriptor, runId: string, limits = limitsDefault): Promise<() => Promise<readonly string[]>> {
  const { survey } = driver
  if (survey === undefined) return async () => []
  const look = (): Promise<WorldSurvey> => answered(survey(service, runId), limits.answerWithinMs)
  const before = await look()
  return async () => {
    try {
      const endAtMs = performance.now() + limits.settleWithinMs
      for (;;) {
        const changes = changesBetween(before, await look())
        if (changes.length === 0 || performance.now() >= endAtMs) return changes
        await pause(lookEveryMs)
      }
    } catch (error) {
      return [`whether the world is as it was found could not be seen: ${messageOf(error)}`]
    }
  }
}

async function answered(survey: Promise<WorldSurvey>, withinMs: number): Promise<WorldSurvey> {
  const given = new AbortController()
  survey.catch(() => undefined) // nobody waits for it any more when it comes late
  const late = pause(withinMs, undefined, { signal: given.signal }).then(
    () => { throw new SeaworthyError('SW_ENGINE_UNREACHABLE', `while looking at the world of the run: found no answer within ${withinMs / 1_000} s`, { exitCode: exitCodes.notConclusive, hint: 'the engine accepts connections and answers nothing: is one of its objects locked?' }) },
    () => new Map(),
  )
  try {
    return await Promise.race([survey, late])
  } finally {
    given.abort()
  }
}
