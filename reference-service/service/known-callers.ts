import type { FastifyRequest } from 'fastify'

/** Who asks, as shown by a key on the access list; nobody while there is no list in force, or for a caller that is not on it. */
export const knownCallers = new WeakMap<FastifyRequest, string>()
