import type { FastifyInstance } from 'fastify'
import { Refusal } from './errors.js'
import type { JobQueue } from './job-queue.js'
import type { JobWorker } from './job-worker.js'

type Enqueued = { Params: { key: string }; Querystring: { durationMs?: string } }

const durationMsMax = 60_000

/** Work that is accepted at once and done later, by whichever replica takes it. */
export function jobRoutes(app: FastifyInstance, queue: JobQueue, worker: JobWorker): void {
  app.post<Enqueued>('/jobs/:key', async (request, reply) => {
    const { key } = request.params
    const durationMs = Number(request.query.durationMs ?? 0)
    if (!(Number.isInteger(durationMs) && durationMs >= 0 && durationMs <= durationMsMax)) throw new Refusal(422, `found durationMs=${request.query.durationMs}, expected a whole number from 0 to ${durationMsMax}`)
    await queue.accept({ key, durationMs })
    worker.wake()
    return reply.code(202).send({ key })
  })
  app.get('/jobs/running', { config: { control: true } }, () => ({ running: worker.count }))
}
