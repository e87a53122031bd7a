import type { Configuration } from './configuration.js'
import type { Environment } from './environment.js'
import { Source } from './source.js'

export interface Recommendations {
  readonly items: readonly string[]
}
export interface Reviews {
  readonly stars: number
  readonly count: number
}

/** What the service can do without. */
export interface Sources {
  readonly recommendations: Source<Recommendations>
  readonly reviews: Source<Reviews>
}

export const sourcesOf = (environment: Environment, settings: Configuration['sources']): Sources => ({
  recommendations: new Source('recommendations', environment.recommendations, settings),
  reviews: new Source('reviews', environment.reviews, settings),
})
