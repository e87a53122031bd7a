import { createHash } from 'node:crypto'
import type { ToggledFeature } from '../../core/declarations/toggles.js'
import { featureState } from '../../core/declarations/toggles.js'
import type { InstanceId } from '../../core/history.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { canonical, preparedKeys, without } from '../feature-toggles/unchanged-answers.js'

/** When answers were recorded: twice before the upgrade, so that what differs by itself is known, and once after it. */
export type CorpusPass = 'before' | 'before-again' | 'after'
export const corpusAnswer = 'corpus-answer' // observation of target instance
const corpusLoad = 'corpus'
const bodyCharactersMax = 300

export interface CorpusAnswer {
  readonly pass: CorpusPass
  readonly operation: string
  /** Number of the request in the corpus. */
  readonly index: number
  /** Absent: no answer came. */
  readonly status?: number
  readonly body: string
  readonly digest: string
}

/** Value of the observation `new-feature`, target instance: what a replica shows of a feature. */
export interface FeatureSighting {
  readonly feature: string
  readonly when: 'upgraded' | 'switched-on'
  readonly state: string
  readonly boot?: string
}
export const newFeature = 'new-feature'

export const corpusKeys = (context: ScenarioContext): Promise<readonly string[]> => preparedKeys(context, context.threshold('TOGL-03', 'corpus_min'))

/** Every answer of the corpus, of every instance by itself. */
export async function recordCorpus(context: ScenarioContext, pass: CorpusPass, keys: readonly string[]): Promise<void> {
  context.step(`recording answers of every replica (${pass})`)
  await Promise.all(context.instances.map(({ id }) => recordOf(context, id, { pass, keys })))
}

async function recordOf(context: ScenarioContext, via: InstanceId, { pass, keys }: { readonly pass: CorpusPass; readonly keys: readonly string[] }): Promise<void> {
  const unchanged = context.service.toggles?.unchanged
  if (unchanged === undefined) return
  let index = 0
  for (const key of keys) {
    for (const operation of unchanged.operations) {
      const { status, body, headers } = await context.traffic.send({ load: corpusLoad, operation, via, key })
      const text = canonical(without(body, unchanged.ignore))
      const digest = createHash('sha256').update(`${headers?.['content-type'] ?? ''} ${text}`).digest('hex')
      const answer: CorpusAnswer = { pass, operation: operation.name, index: index++, ...(status === undefined ? {} : { status }), body: text.slice(0, bodyCharactersMax), digest }
      context.observe(corpusAnswer, via, answer)
    }
  }
}

/** What every replica shows of the new features, and of one of them once it has been switched on; then it is off again. */
export async function tryNewFeatures(context: ScenarioContext, features: readonly ToggledFeature[]): Promise<void> {
  const { toggles } = context.service
  const [first] = features
  const [through] = context.instances
  if (toggles === undefined || first === undefined || through === undefined) return
  for (const feature of features) for (const { id } of context.instances) await look(context, feature, { when: 'upgraded', via: id })
  context.step(`switching ${first.name} on`)
  const options = { target: through.id, values: { feature: first.name } }
  await context.control.perform(toggles.switchOn, { name: 'toggles.switchOn', label: 'new-feature', ...options })
  const timeoutMs = context.threshold('TOGL-03', 'on_within_s') * 1_000
  await context.until(
    `every replica shows ${first.name}`,
    async () => (await Promise.all(context.instances.map(({ id }) => look(context, first, { when: 'switched-on', via: id })))).every((state) => state === 'on'),
    timeoutMs,
  )
  await context.control.perform(toggles.switchOff, { name: 'toggles.switchOff', label: 'new-feature', ...options })
}

async function look(context: ScenarioContext, feature: ToggledFeature, { when, via }: { readonly when: FeatureSighting['when']; readonly via: InstanceId }): Promise<string> {
  const read = await context.traffic.readValue({ name: 'new-feature-reading', probe: feature.probe, via })
  const state = featureState(feature, read)
  const sighting: FeatureSighting = { feature: feature.name, when, state, ...(read.boot === undefined ? {} : { boot: read.boot }) }
  context.observe(newFeature, via, sighting)
  return state
}
