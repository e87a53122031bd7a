import { messageOf } from '../core/errors.js'

/**
 * Takes the steps one after the other, each whatever became of the one before: what one step cannot put back or end is no reason to leave
 * the rest. When all have been tried, throws the error; of several, one that tells them all.
 */
export async function everyStep(steps: Iterable<() => unknown>): Promise<void> {
  const errors = await errorsOfSteps(steps)
  if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('; '))
  if (errors.length === 1) throw errors[0]
}

/** As `everyStep`, for who has more to say about the errors. */
export async function errorsOfSteps(steps: Iterable<() => unknown>): Promise<readonly unknown[]> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (thrown) {
      errors.push(thrown)
    }
  }
  return errors
}
