import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { defective } from '../defects.js'
import { Overloaded } from './admission.js'
import { traceOf } from './correlation.js'
import type { ExceptionReports } from './exception-reports.js'
import { logError } from './log.js'

/** Nothing was done; the client may try again elsewhere. */
export class Unavailable extends Error {}

/** The database may or may not have done it: its answer did not come. */
export class OutcomeUnknown extends Error {}

/** A request that was still running at the deadline of the drain. Its effect did not happen and will not. */
export class EndedByDrain extends Error {
  constructor() {
    super('the replica is draining and the deadline is over: the request was ended without an effect')
  }
}

/** A refusal that is the client's business: 404, 409, 422. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message)
  }
}

/** The caller has used up its own limit. */
export class TooManyRequests extends Error {
  constructor(
    message: string,
    readonly retryAfterS: number,
  ) {
    super(message)
  }
}

const retryAfterSeconds = 1

/** 503 means: not done, try elsewhere. 500 means: something is wrong, and a change may or may not have happened. */
export const errorAnswer = (reports: ExceptionReports) => (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const status = statusOf(error, reply)
  if (status !== undefined) return status
  const code = error.statusCode ?? 500
  if (code >= 500) {
    noteFailure(error, request)
    void reports.report(error, traceOf(request.headers))
  }
  return reply.code(code).send({ error: error.message })
}

function noteFailure({ message, stack }: Error, { headers }: FastifyRequest): void {
  if (defective('dbug.multiline-stack')) process.stdout.write(`${stack}\n`)
  else logError('http', 'request failed', { error: message, stack, ...traceOf(headers) })
}

/** The answer to what was expected to go wrong. */
function statusOf(error: Error, reply: FastifyReply): FastifyReply | undefined {
  if (error instanceof Overloaded) return reply.code(429).header('retry-after', retryAfterSeconds).send({ error: error.message })
  if (error instanceof TooManyRequests) return reply.code(429).header('retry-after', error.retryAfterS).send({ error: error.message })
  if (error instanceof Unavailable || error instanceof EndedByDrain) {
    reply.header('retry-after', retryAfterSeconds)
    if (error instanceof EndedByDrain) reply.header('connection', 'close')
    return reply.code(503).send({ error: error.message })
  }
  if (error instanceof OutcomeUnknown) return reply.code(500).send({ error: error.message, outcome: 'unknown' })
  return undefined
}
