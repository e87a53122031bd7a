import type { Threshold } from '../../../core/requirement.js'

/** A quantile needs ten samples beyond it, so a quick run asks for one that its sample can show. */
export const quantile: Threshold = {
  key: 'quantile',
  unit: 'ratio',
  meaning: 'the share of answers for which a latency limit must hold: judged with 95 % confidence by how many are slower, and only with ten samples beyond it',
  standard: 0.99,
  quick: 0.9,
}
