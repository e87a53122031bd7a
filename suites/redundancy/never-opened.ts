import type { History } from '../../core/history.js'
import { observationsOf } from '../../core/reading.js'
import type { TrafficControls } from '../../core/scenario.js'
import type { DataOperations } from '../../core/service-descriptor.js'
import { tokenAt } from './replica-pairs.js'

/** Load of the negative control of sessions, and the observation of what came of it. Histories of before it have none. */
export const neverOpened = 'never-opened'
export interface NeverOpened {
  readonly operation: string
  readonly tried: number
  /** Answered as if there were such a session. */
  readonly resumed: number
}

interface Controlling {
  readonly traffic: Pick<TrafficControls, 'send' | 'newKey'>
  observe(probe: string, target: string, value: unknown): void
}
const attempts = 5

/**
 * The negative control of sessions: resumes some that nobody opened, with tokens of the form of one that was given. Where that is answered
 * like any other, resuming a session shows nothing of it.
 */
export async function resumeNeverOpened({ traffic, observe }: Controlling, session: DataOperations['session']): Promise<void> {
  if (session === undefined) return
  const { open, tokenPointer, resume } = session
  const common = { load: neverOpened, via: 'balancer', fresh: true } as const
  const token = tokenAt((await traffic.send({ ...common, operation: open.name, key: traffic.newKey() })).body, tokenPointer)
  if (token === undefined) return
  const answers = await Promise.all(neverGiven(token, attempts).map((one) => traffic.send({ ...common, operation: resume.name, key: traffic.newKey(), token: one })))
  observe(neverOpened, 'balancer', { operation: resume.name, tried: answers.length, resumed: answers.filter(({ outcome }) => outcome === 'ok').length } satisfies NeverOpened)
}

/** Why sessions that were continued say nothing, or undefined: also where no control was made. A degraded answer resumes nothing. */
export function whyResumingProvesNothing(history: History): string | undefined {
  const found = observationsOf(history, neverOpened).map(({ value }) => value as NeverOpened).find(({ resumed }) => resumed > 0)
  return found === undefined ? undefined : `${found.operation} resumes sessions that nobody opened (${found.resumed} of ${found.tried}), so continuing a session proves nothing`
}

/** Characters that take the place of each other: hexadecimal digits stay such, so that a token keeps its form. */
const alphabets = ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ']
/** A shorter one may be a number that is counted up: its neighbours may have been given. */
const lengthMin = 12

export function neverGiven(token: string, count: number): readonly string[] {
  const long = token.padEnd(lengthMin, '9')
  return Array.from({ length: count }, (_, index) =>
    [...long].map((character) => {
      const alphabet = alphabets.find((one) => one.includes(character))
      return alphabet === undefined ? character : alphabet[(alphabet.indexOf(character) + index + 1) % alphabet.length]
    }).join(''))
}
