import { randomUUID } from 'node:crypto'
import type { Release } from './release.js'

/** Which replica answers, and which start of it, sent with every answer; and which release it runs. */
export interface Identity {
  readonly instance: string
  /** Random for each start of the process. */
  readonly boot: string
  readonly release: Release
}

export const newIdentity = (instance: string, release: Release): Identity => ({ instance, boot: randomUUID(), release })
