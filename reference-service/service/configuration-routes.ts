import type { FastifyInstance } from 'fastify'
import type { AuditLog } from './audit.js'
import type { LiveConfiguration } from './live-configuration.js'

const yaml = 'application/yaml'

/**
 * `GET` archives what is in force on the replica that answers, `PUT` changes it, `POST …/restore` puts an archive back: for every replica,
 * whole or not at all. `GET /banner` is what clients see of it.
 */
export function configurationRoutes(app: FastifyInstance, configuration: LiveConfiguration, audit: AuditLog): void {
  const config = { control: true }
  const whole = (): string => 'configuration'
  app.addContentTypeParser(yaml, { parseAs: 'string' }, (_request, body, parsed) => parsed(null, body))

  app.get('/admin/configuration', { config }, (_request, reply) => reply.type(yaml).send(configuration.archive()))
  app.put('/admin/configuration', { config, ...audit.of('configure', whole) }, async ({ body }) => ({ revision: await configuration.apply(textOf(body)) }))
  app.post('/admin/configuration/restore', { config, ...audit.of('restore-configuration', whole) }, async ({ body }) => ({ revision: await configuration.restore(textOf(body)) }))
  app.get('/banner', () => {
    const { title, banner, languages, notice } = configuration.inForce
    return { title, ...banner, languages, ...(notice === undefined ? {} : { notice }) }
  })
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '')
