import { randomUUID } from 'node:crypto'

/** Which replica answers, and which start of it: sent with every answer. */
export interface Identity {
  readonly instance: string
  /** Random for each start of the process. */
  readonly boot: string
}

export const newIdentity = (instance: string): Identity => ({ instance, boot: randomUUID() })

/** Version of the program: the public one and the exact release. */
export const version = '1'
export const releaseId = '1.0.0'
