import { describe, expect, test } from 'vitest'
import { scenario } from './configuration-is-an-everyday-matter.scenario.js'
import { parseAs } from './format.js'
import { requirements } from './requirements.js'
import { scriptedServiceOf, type ScriptedService, type ServiceScript } from './scripted-service.test-support.js'

const worldOf = (script: Partial<ServiceScript> = {}): ScriptedService => scriptedServiceOf({ requirements, ...script })
async function exercised(script: Partial<ServiceScript> = {}): Promise<ScriptedService> {
  const world = worldOf(script)
  await scenario.exercise(world.context)
  return world
}
const acts = ({ calls }: ScriptedService): string[] => calls.filter((call) => /^(config\.|stop |start |deploy |end |load |stop-load )/.test(call))
/** One after the other, without what comes again and again. */
const distinct = (calls: readonly string[]): string[] => calls.filter((call, index) => call !== calls[index - 1])
const archived = (label: string, from = 'instance-0'): string => `config.archive ${from} ${label}`
const applied = (label: string): string => `config.apply balancer ${label}`

describe('configuration is an everyday matter', () => {
  test('archives, changes, restores and has refused under traffic, and only then restarts and starts anew', async () => {
    const world = await exercised()
    const order = distinct(acts(world))
    expect(order.slice(0, order.indexOf('stop-load background') + 1)).toEqual([
      'load background',
      archived('found'),
      applied('A'), archived('A'), archived('A once more'),
      applied('round trip'), archived('round trip'),
      applied('B'), archived('B'),
      'config.restore balancer restored', archived('restored'),
      applied('B once more'), archived('B once more'),
      ...['syntax', 'type', 'half'].flatMap((label) => [applied(label), archived(label)]),
      'stop-load background',
    ])
    const later = order.slice(order.indexOf('stop-load background') + 1)
    expect(later.filter((call) => !call.includes('apart-'))).toEqual(['stop instance-0 restart', 'start instance-0 restart', archived('restarted')])
    expect(later.filter((call) => call.includes('apart-'))).toEqual(['deploy apart-fresh', archived('fresh', 'apart-fresh'), archived('file edited', 'apart-fresh'), 'end apart-fresh'])
  })

  test('looks at every instance before anything is changed, and watches each for long after a refusal', async () => {
    const world = await exercised()
    const labels = (instance: string): string[] => world.observed('behaviour', instance).map((value) => (value as { readonly label: string }).label)
    for (const instance of ['instance-0', 'instance-1']) {
      expect(labels(instance)[0]).toBe('found')
      for (const refusal of ['syntax', 'type', 'half']) expect(labels(instance).filter((label) => label === refusal).length, refusal).toBeGreaterThanOrEqual(3)
    }
    expect(world.calls.findIndex((call) => call === 'observe behaviour instance-0')).toBeLessThan(world.calls.indexOf(applied('A')))
  })

  test('gives the fresh instance the archive of A, and another one B where two are asked for', async () => {
    const given = async (script: Partial<ServiceScript>, name: string): Promise<unknown> => parseAs('yaml', ((await exercised(script)).observed('fresh-given', name)[0] as { readonly text: string }).text)
    expect(await given({}, 'apart-fresh')).toEqual({ title: 'north', seconds: 10 })
    expect(await given({ profile: 'standard' }, 'apart-fresh-b')).toEqual({ title: 'south', seconds: 10 })
  })

  test('times the fresh instance from its start, and not from when a platform began to make what it runs in', async () => {
    const [{ tookMs }] = (await exercised({ placesForMs: 30_000 })).observed('fresh-ready', 'apart-fresh') as [{ readonly tookMs: number }]
    expect(tookMs).toBeLessThan(30_000)
  })

  test('puts no fresh instance beside a service where the driver makes none, and says why', async () => {
    const world = await exercised({ leftAlone: { 'lifecycle.apart': { reason: 'there is only the one stack', mayBeAllowed: false } } })
    expect(acts(world).filter((call) => call.includes('apart-'))).toEqual([])
    expect(acts(world)).toContain('start instance-0 restart')
    expect(world.facts['configuration-plan']).toMatchObject({ noFresh: 'there is only the one stack' })
  })

  test('leaves out what no selected requirement needs', async () => {
    const world = await exercised({ selected: ['CONF-02'] })
    expect(distinct(acts(world))).toEqual([
      'load background',
      archived('found'),
      applied('A'), archived('A'), archived('A once more'),
      applied('B'), archived('B'),
      applied('restored'),
      applied('B once more'), archived('B once more'),
      'stop-load background',
    ])
  })

  test('changes nothing when no archive can be taken, and says so', async () => {
    const world = await exercised({ refused: ['config.archive'] })
    expect(acts(world).filter((call) => !call.startsWith('config.archive'))).toEqual(['load background', 'stop-load background'])
    expect(world.facts['configuration-plan']).toMatchObject({ unusable: 'no archive could be taken' })
  })

  test('goes on when a configuration is refused that should have been accepted', async () => {
    const world = await exercised({ refused: ['config.apply'] })
    expect(world.calls).toContain('observe refusals-ended scenario')
    expect(world.observed('performed', 'balancer')).toContainEqual(expect.objectContaining({ name: 'config.apply', label: 'A', ok: false, status: 422 }))
  })

  test('brings the fresh instance to its end although the restart cannot be made, and fails with it', async () => {
    const world = worldOf({ impossible: ['start'] })
    await expect(scenario.exercise(world.context)).rejects.toThrow('start')
    expect(world.calls).toContain('end apart-fresh')
    const alone = worldOf({ impossible: ['deploy'] })
    await expect(scenario.exercise(alone.context)).rejects.toThrow('deploy')
    expect(alone.calls).toContain(archived('restarted'))
  })

  test.each([applied('A'), applied('syntax'), 'stop instance-0 restart'])('carries nothing out any more once the run was given up at %s', async (abortAt) => {
    const world = worldOf({ abortAt })
    await expect(scenario.exercise(world.context)).rejects.toThrow('given up')
    const order = acts(world)
    expect(order.slice(order.findIndex((call) => call.startsWith(abortAt)) + 1).filter((call) => /^(config\.|start |stop )/.test(call))).toEqual([])
  })
})
