import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { defective } from '../defects.js'
import { Admission } from './admission.js'
import type { Configuration } from './configuration.js'
import { Refusal } from './errors.js'

const shelves = ['anchor', 'compass', 'rope', 'lantern', 'sextant', 'barometer', 'bell', 'buoy', 'chart', 'cleat', 'fender', 'flag'] as const
const description = 'It has been on board since the first voyage, was overhauled in the last winter and is good for another ten years at sea.'

/** In full: pictures, descriptions and prices. Reduced: what one needs to go on. */
export function searchRoutes(app: FastifyInstance, settings: Configuration['search']): void {
  const admission = new Admission(settings)
  let reduced = false

  app.get<{ Querystring: { q?: string } }>('/search', async ({ query: { q = '' } }) =>
    admission.admit(async () => {
      // Other machines do the work; for this one it is time that a place is taken.
      await pause(reduced ? settings.reducedCostMs : settings.costMs)
      if (reduced) return { query: q, results: shelves.slice(0, 3).map((name) => ({ name })), reduced: true }
      return { query: q, results: shelves.map((name, index) => ({ name, description, price: 10 + index, picture: `/pictures/${name}.jpg` })), reduced: false }
    }),
  )

  const config = { control: true }
  app.put<{ Body: { mode?: unknown } | undefined }>('/admin/mode', { config }, ({ body }) => {
    const mode = body?.mode
    if (mode !== 'full' && mode !== 'reduced') throw new Refusal(422, `found mode=${JSON.stringify(mode)}, expected full or reduced`)
    if (!defective('degr.lite-mode-noop')) reduced = mode === 'reduced'
    return { mode }
  })
}
