import type { FastifyInstance } from 'fastify'
import { Refusal } from './errors.js'
import type { Identity } from './identity.js'
import { log } from './log.js'
import { install, releaseNamed } from './release.js'

export interface ReleaseParts {
  readonly identity: Identity
  /** What is pinned in the unit's environment, and where releases are installed. */
  readonly installedIn: { readonly machineDirectory: string; readonly pinned: string | undefined }
  /** The orderly end; the supervisor starts the process again. */
  readonly stop: () => void
}

/** What a roll-out tool needs: which release runs, which one the next start runs, and an end of the process. */
export function releaseRoutes(app: FastifyInstance, { identity, installedIn, stop }: ReleaseParts): void {
  const config = { control: true }
  const { instance, boot, release } = identity

  app.get('/version', { config }, () => ({ version: release.version, release: release.releaseId, name: release.name, instance, boot }))
  app.put('/admin/release', { config }, (request) => {
    const { release: name } = (request.body ?? {}) as { release?: unknown }
    if (installedIn.pinned !== undefined) throw new Refusal(409, `the release is pinned to ${installedIn.pinned} by the environment of the unit`)
    if (typeof name !== 'string') throw new Refusal(422, 'expected a JSON object with "release"')
    const chosen = knownRelease(name)
    install({ ...installedIn, instance }, chosen)
    log('installed', { release: chosen.releaseId })
    return { installed: chosen.name }
  })
  app.post('/admin/stop', { config }, (_request, reply) => {
    setImmediate(stop)
    return reply.code(202).send({ stopping: true })
  })
}

function knownRelease(name: string): ReturnType<typeof releaseNamed> {
  try {
    return releaseNamed(name)
  } catch (error) {
    throw new Refusal(422, (error as Error).message)
  }
}
