import { Socket } from 'node:net'

/**
 * The socket of a database connection, for `pg`. Left to itself it first finds out which platform it runs on, which loads
 * Node's fetch: a tenth of a second of every start on a busy machine.
 */
export const plainSocket = { stream: (): Socket => new Socket() } as const
