import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import { setupMarker } from '../setup-marker.js'
import type { Environment } from './environment.js'

/** Only for the defect conf.setup-wizard: until somebody has confirmed a form once, an instance does not begin to serve. */
export async function untilSetUp({ machineDirectory }: Environment): Promise<void> {
  if (!defective('conf.setup-wizard')) return
  while (!existsSync(setupMarker(machineDirectory))) await pause(100)
}

export function setupRoutes(app: FastifyInstance, { machineDirectory }: Environment): void {
  if (!defective('conf.setup-wizard')) return
  app.post('/admin/setup', { config: { control: true } }, () => {
    writeFileSync(setupMarker(machineDirectory), '')
    return { confirmed: true }
  })
}
