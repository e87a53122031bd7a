import { featureState, type ToggledFeature } from '../../core/declarations/toggles.js'
import type { ScenarioContext } from '../../core/scenario.js'
import { stateOf, type State } from './features.js'
import { featureReading, flipEnd, switchName, type FlipEnd } from './names.js'

const pollMs = 100
/** After a change is in force it is watched a little longer: it must stay, and others must not follow late. */
const afterMs = 100

/**
 * Switches features one at a time through one instance, and watches each change on every instance. What an instance did not follow once
 * is not waited for again: one missing change is enough, and the time is the users'.
 */
export class FlipWalk {
  private flips = 0
  private readonly given = new Set<string>()
  readonly features: readonly ToggledFeature[]
  readonly through: string
  /** What was last asked for. */
  private readonly asked = new Map<string, State>()

  constructor(
    private readonly context: ScenarioContext,
    private readonly limits: { readonly throughMs: number; readonly everywhereMs: number },
  ) {
    this.features = context.service.toggles!.features
    this.through = context.instances[0]!.id
    for (const feature of this.features) this.asked.set(feature.name, stateOf(feature.default))
  }

  wanted(feature: ToggledFeature): State {
    return this.asked.get(feature.name)!
  }

  async flip(feature: ToggledFeature, to: State): Promise<void> {
    const { context, through } = this
    const toggles = context.service.toggles!
    const label = `flip-${++this.flips}`
    this.asked.set(feature.name, to)
    await context.control.perform(to === 'on' ? toggles.switchOn : toggles.switchOff, { name: switchName(to), target: through, label, values: { feature: feature.name } })
    const fromMs = context.now()
    await Promise.all(context.instances.map(({ id }) => this.follow(feature, id, fromMs + (id === through ? this.limits.throughMs : this.limits.everywhereMs))))
    await context.pause(afterMs)
    await this.readEverything()
    const end: FlipEnd = { label, to }
    context.observe(flipEnd, feature.name, end)
  }

  private async follow(feature: ToggledFeature, instance: string, untilMs: number): Promise<void> {
    const to = this.wanted(feature)
    const place = `${feature.name} ${instance}`
    for (;;) {
      if ((await this.read(feature, instance)) === to) return
      if (this.given.has(place)) return
      if (this.context.now() > untilMs) return void this.given.add(place)
      await this.context.pause(pollMs)
    }
  }

  async read(feature: ToggledFeature, instance: string): Promise<string> {
    const value = await this.context.traffic.readValue({ name: featureReading(feature.name), probe: feature.probe, via: instance })
    return featureState(feature, value)
  }

  /** Every feature on every instance. Whether all are as asked. */
  async readEverything(instances: readonly string[] = this.context.instances.map(({ id }) => id)): Promise<boolean> {
    const right = await Promise.all(this.features.flatMap((feature) => instances.map(async (id) => (await this.read(feature, id)) === this.wanted(feature))))
    return right.every(Boolean)
  }

  /** Until every feature is as asked on these instances, or the time is over. */
  async settled(what: string, timeoutMs: number, instances?: readonly string[]): Promise<boolean> {
    return this.context.until(what, () => this.readEverything(instances), timeoutMs)
  }

  async all(to: State): Promise<void> {
    for (const feature of this.features) if (this.wanted(feature) !== to) await this.flip(feature, to)
  }

  /** Each feature there and back while the others stay: with all of them off, and with all of them on. */
  async everyPair(): Promise<void> {
    await this.all('off')
    for (const feature of this.features) {
      await this.flip(feature, 'on')
      await this.flip(feature, 'off')
    }
    await this.all('on')
    for (const feature of this.features) {
      await this.flip(feature, 'off')
      await this.flip(feature, 'on')
    }
  }
}
