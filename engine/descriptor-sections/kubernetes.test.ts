import { describe, expect, test } from 'vitest'
import { exitCodes, type SeaworthyError } from '../../core/errors.js'
import { parseDescriptor } from '../load-descriptor.js'

const text = (more: string): string => `schema: seaworthy/v1
service: web
target:
  kind: kubernetes
  namespace: shop
  workload: deployment/web
  service: web
${more}health: { readiness: /ready }
traffic:
  home: { http: GET / }
`
const drainOf = (more: string): unknown => parseDescriptor(text(more), '/seaworthy.yaml', {}).target.cluster?.drain

describe('what a drain is in a cluster', () => {
  test('is the end of a pod, unless that of its node is asked for', () => {
    expect([drainOf(''), drainOf('  drain: pod\n'), drainOf('  drain: node\n')]).toEqual([undefined, undefined, 'node'])
  })

  test('is nothing else, and the place of a word that is not known is told', () => {
    let found: SeaworthyError | undefined
    try {
      drainOf('  drain: cluster\n')
    } catch (thrown) {
      found = thrown as SeaworthyError
    }
    expect(found?.message).toMatch(/seaworthy\.yaml:8:\d+: target\.drain.*pod.*node/)
    expect(found?.exitCode).toBe(exitCodes.usage)
  })
})
