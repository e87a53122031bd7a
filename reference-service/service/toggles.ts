import { defective } from '../defects.js'
import type { Message } from '../json-lines.js'
import type { Address } from './environment.js'
import { Refusal, Unavailable } from './errors.js'
import { LineClient } from './line-client.js'
import { log } from './log.js'

/** Features that can be switched, each with the state it has while nobody has said anything else: the safe one. */
const defaults = {
  greeting: true, // the desk greets by its name
  pins: false, // the desk shows what is pinned to it in place of the notice
  'pins-newest-first': false, // the order in which a desk shows things
} as const satisfies Readonly<Record<string, boolean>>
/** New in release 2. */
const defaultsOfRelease2 = {
  'account-count': false, // the desk says how many accounts it shows
} as const satisfies Readonly<Record<string, boolean>>
export type Feature = keyof typeof defaults | keyof typeof defaultsOfRelease2
type States = Readonly<Record<string, boolean>>

const changeMs = 2_000
const silenceMsMax = 3_000
/** A store that is silent must not keep a replica from starting. */
const firstStatesMs = 500

/**
 * States of the toggles as this replica knows them. The store says them at the beginning and at each change; while it is away
 * the last known ones stay in force, and a start without it has the defaults. No request ever waits for the store.
 */
export class Toggles {
  private states: States = {}
  private told = false
  private readonly first: Promise<void>
  private readonly client: LineClient | undefined
  private readonly defaults: States

  constructor(
    store: Address | undefined,
    private readonly instanceIndex: number,
    release: 1 | 2,
  ) {
    this.defaults = release === 2 ? { ...defaults, ...defaultsOfRelease2 } : defaults
    let tell = (): void => {}
    this.first = new Promise((resolve) => (tell = resolve))
    if (store === undefined) return
    this.client = new LineClient({
      address: () => store,
      silenceMsMax,
      onMessage: (message) => {
        this.learn(message)
        tell()
      },
    })
    this.client.start()
  }

  private learn({ states }: Message): void {
    if (typeof states !== 'object' || states === null) return
    if (this.told && this.isDeaf()) return
    this.told = true
    this.states = states as States
  }
  private isDeaf(): boolean {
    return defective('togl.needs-restart') || (defective('togl.one-replica-stale') && this.instanceIndex === 1)
  }

  /** For a start: what the store says should be known before the first request. */
  async firstStates(): Promise<void> {
    if (this.client === undefined) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, firstStatesMs)))
    await Promise.race([this.first, late])
    clearTimeout(timer)
    if (!this.told) log('the toggle store does not answer: features have their default states')
  }

  isOn(feature: Feature): boolean {
    return this.states[feature] ?? this.defaults[feature] ?? false
  }

  list(): readonly { readonly name: string; readonly on: boolean; readonly default: boolean }[] {
    return Object.entries(this.defaults).map(([name, state]) => ({ name, on: this.isOn(name as Feature), default: state }))
  }

  /** On disk in the store when it resolves, and in force here. Throws Refusal for an unknown feature, Unavailable without the store. */
  async set(name: string, on: boolean): Promise<void> {
    if (!Object.hasOwn(this.defaults, name)) throw new Refusal(404, `no feature ${name}, expected one of: ${Object.keys(this.defaults).join(', ')}`)
    const change = Object.fromEntries(this.namesFor(name, on).map((one) => [one, on]))
    try {
      if (this.client === undefined) throw new Error('none is configured')
      await this.client.request({ change }, changeMs)
    } catch (error) {
      throw new Unavailable(`the toggle store cannot be reached: ${(error as Error).message}`, { cause: error })
    }
    this.states = { ...this.states, ...change }
    log(`feature ${name} is switched ${on ? 'on' : 'off'}`)
  }
  private namesFor(name: string, on: boolean): readonly string[] {
    if (on || !defective('togl.cross-talk')) return [name]
    return Object.keys(this.defaults).filter((one) => one.startsWith(name))
  }

  /** Only for the defect togl.store-outage-is-outage. */
  async lookUp(): Promise<void> {
    if (this.client === undefined) return
    await this.client.request({ lookUp: true }, changeMs)
  }

  close(): void {
    this.client?.close()
  }
}
