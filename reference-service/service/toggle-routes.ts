import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import type { AuditLog } from './audit.js'
import { Refusal } from './errors.js'
import type { Toggles } from './toggles.js'

export function toggleRoutes(app: FastifyInstance, toggles: Toggles, audit: AuditLog): void {
  const config = { control: true }
  app.get('/admin/toggles', { config }, () => ({ toggles: toggles.list() }))
  app.put<{ Params: { name: string } }>('/admin/toggles/:name', { config, ...audit.of('toggle', ({ params }) => (params as { name: string }).name) }, async (request) => {
    const { on } = (request.body ?? {}) as { on?: unknown }
    if (typeof on !== 'boolean') throw new Refusal(422, 'expected a JSON object with "on", true or false')
    await toggles.set(request.params.name, on)
    return { name: request.params.name, on }
  })
  if (defective('togl.store-outage-is-outage')) {
    app.addHook('preHandler', async (request) => {
      if (!request.routeOptions.config.control) await toggles.lookUp()
    })
  }
}
