import { describe, expect, test } from 'vitest'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { swap, swapOf } from './swap.js'
import { toggles, togglesOf } from './toggles.js'

const surroundings = { traffic: {}, components: ['store'] }
const good = {
  list: 'GET /toggles',
  switchOn: { http: 'PUT /toggles/{feature}', body: { on: true } },
  switchOff: { http: 'PUT /toggles/{feature}', body: { on: false } },
  store: 'store',
  features: { widget: { probe: 'GET /page#/widget', whenOn: { present: true }, whenOff: { absent: true } }, route: { default: 'on', probe: 'GET /route', whenOn: { value: 'x' }, whenOff: { status: 404 }, dependsOn: ['widget'] } },
}
const read = (more: object) => togglesOf(toggles.parse({ ...good, ...more }), surroundings)

describe('toggles', () => {
  test('are read with defaults: every feature is of the release', () => {
    const found = read({})
    expect(found.release).toEqual(['widget', 'route'])
    expect(found.features.map(({ name, default: on, whenOn, dependsOn }) => ({ name, on, whenOn, dependsOn }))).toEqual([
      { name: 'widget', on: false, whenOn: { kind: 'present' }, dependsOn: [] },
      { name: 'route', on: true, whenOn: { kind: 'value', value: 'x' }, dependsOn: ['widget'] },
    ])
    expect(found.store).toBe('store')
  })
  test.each([
    [{ store: 'other' }, /toggles\.store|component "other"/],
    [{ switchOn: { http: 'PUT /toggles' } }, /\{feature\}/],
    [{ features: { widget: { ...good.features.widget, whenOff: { present: true } } } }, /same as whenOn/],
    [{ features: { widget: { ...good.features.widget, dependsOn: ['nothing'] } } }, /feature "nothing"/],
    [{ unchanged: { operations: ['read'] } }, /operation "read"/],
  ])('%j is a contradiction', (more, message) => {
    expect(() => read(more)).toThrow(DescriptorContradiction)
    expect(() => read(more)).toThrow(message)
  })
})

describe('swap', () => {
  const components = ['cache', 'primary', 'standby']
  const of = (document: object) => swapOf(swap.parse(document), { components, operations: ['read'] })
  const handover = { primary: 'primary', standby: 'standby', promote: { exec: ['promote'] }, rejoin: { command: ['db', 'standby'] } }
  test('every component is swapped, declared or not', () => {
    expect(of({ components: { cache: { data: 'empty', moves: true } } }).components).toEqual([
      { name: 'cache', data: 'empty', moves: true },
      { name: 'primary', data: 'kept', moves: false },
      { name: 'standby', data: 'kept', moves: false },
    ])
    expect(of({ handover }).handover).toMatchObject({ writeInterruptionMs: 30_000, promote: { via: 'exec' }, rejoin: { env: {} } })
  })
  test.each([
    [{ components: { nothing: {} } }, /component "nothing"/],
    [{ roles: { reads: { members: ['primary', 'nothing'], operations: ['read'] } } }, /component "nothing"/],
    [{ roles: { reads: { members: ['primary', 'primary'], operations: ['read'] } } }, /twice/],
    [{ roles: { reads: { members: ['primary', 'standby'], operations: ['write'] } } }, /operation "write"/],
    [{ handover: { ...handover, standby: 'primary' } }, /is the primary itself/],
  ])('%j is a contradiction', (document, message) => {
    expect(() => of(document)).toThrow(message)
  })
})
