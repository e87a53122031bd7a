import { createHash } from 'node:crypto'
import type { ScenarioContext } from '../../core/scenario.js'
import { answerCharactersMax, answerObservation, unchangedLoad, useLoad, type AnswerPass, type RecordedAnswer } from './names.js'

/** Keys that were written before, so that requests about them have an answer. */
export async function preparedKeys(context: ScenarioContext, answersMin: number): Promise<readonly string[]> {
  const unchanged = context.service.toggles?.unchanged
  const write = context.service.data?.write
  const count = Math.ceil(answersMin / Math.max(1, unchanged?.operations.length ?? 1))
  const keys = Array.from({ length: count }, () => context.traffic.newKey())
  if (write !== undefined) for (const key of keys) await context.traffic.send({ load: unchangedLoad, operation: write.name, via: 'balancer', key })
  await context.pause(context.service.data?.maxLagMs ?? 0)
  return keys
}

/** Asks for every answer that must not change, of one instance. */
export async function recordAnswers(context: ScenarioContext, pass: AnswerPass, { keys, via }: { readonly keys: readonly string[]; readonly via: string }): Promise<void> {
  const { operations, ignore } = context.service.toggles!.unchanged!
  let index = 0
  for (const key of keys) {
    for (const operation of operations) {
      const sent = await context.traffic.send({ load: unchangedLoad, operation, via, key })
      const body = canonical(without(sent.body, ignore))
      const answer: RecordedAnswer = {
        pass,
        index: index++,
        outcome: sent.outcome,
        ...(sent.status === undefined ? {} : { status: sent.status }),
        body: body.slice(0, answerCharactersMax),
        digest: createHash('sha256').update(body).digest('hex'),
      }
      context.observe(answerObservation, operation.name, answer)
    }
  }
}

/** Makes use of every feature that says how, while it is on. */
export async function useFeatures(context: ScenarioContext, via: string): Promise<void> {
  for (const { use } of context.service.toggles!.features) {
    for (const operation of use) await context.traffic.send({ load: useLoad, operation, via, key: context.traffic.newKey() })
  }
}

/** JSON with the keys of objects in order, so that only what it says is compared. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  ) ?? 'nothing'
}

/** The value without what stands at these JSON pointers. */
export function without(value: unknown, pointers: readonly string[]): unknown {
  return pointers.reduce((rest, pointer) => cut(rest, pointer.split('/').slice(1)), value)
}
function cut(value: unknown, [token = '', ...rest]: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
  if (!Object.hasOwn(value, name)) return value
  const inner = (value as Record<string, unknown>)[name]
  if (Array.isArray(value)) return value.map((one: unknown, index) => (String(index) === name ? (rest.length === 0 ? null : cut(inner, rest)) : one))
  const others = Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))
  return rest.length === 0 ? others : { ...others, [name]: cut(inner, rest) }
}
