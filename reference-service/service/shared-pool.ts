import type { FastifyInstance } from 'fastify'

const places = 4

/** Only for the defect degr.shared-pool: requests for items and records take turns in one small pool, however long each waits for others. */
export function addSharedPool(app: FastifyInstance): void {
  const waiting: (() => void)[] = []
  let taken = 0
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }
  app.addHook('preHandler', (request, reply, next) => {
    if (!/^\/(items|records)\b/.test(request.url)) return next()
    reply.raw.once('close', leave)
    if (taken >= places) return void waiting.push(next)
    taken++
    next()
  })
}
