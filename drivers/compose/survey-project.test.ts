import { expect, test } from 'vitest'
import type { Inspected } from './project.js'
import { entriesOf } from './survey-project.js'

const inspected = (change: Partial<Record<string, unknown>> = {}): Inspected => ({
  Id: 'abc', Name: '/shop-app-1', Image: 'sha256:1', Created: 'yesterday', RestartCount: 3,
  Config: { Env: ['PASSWORD=secret'], Cmd: ['node'] },
  HostConfig: { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 }, Memory: 0 },
  State: { Running: true, Paused: false, Restarting: false, Pid: 7 },
  Mounts: [{ Type: 'volume', Source: '/b', Destination: '/data', RW: true }, { Type: 'bind', Source: '/a', Destination: '/app', RW: false }],
  NetworkSettings: { Networks: { shop_default: { Aliases: ['app', 'abc'], IPAddress: '172.18.0.2' } } },
  ...change,
}) as unknown as Inspected

const changed = (change: Partial<Record<string, unknown>>): readonly string[] => {
  const before = new Map(entriesOf(inspected()))
  return entriesOf(inspected(change)).filter(([name, state]) => before.get(name) !== state).map(([name]) => name)
}

test('what a restart must change is no change: process, start, count, address, the order of mounts', () => {
  expect(changed({
    RestartCount: 9,
    State: { Running: true, Paused: false, Restarting: false, Pid: 8 },
    Mounts: [{ Type: 'bind', Source: '/a', Destination: '/app', RW: false }, { Type: 'volume', Source: '/b', Destination: '/data', RW: true }],
    NetworkSettings: { Networks: { shop_default: { Aliases: ['abc', 'app'], IPAddress: '172.18.0.9' } } },
  })).toEqual([])
})

test.each([
  [{ State: { Running: true, Paused: true, Restarting: false } }, 'container shop-app-1'],
  [{ State: { Running: false, Paused: false, Restarting: false } }, 'container shop-app-1'],
  [{ HostConfig: { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }, Memory: 0 } }, 'container shop-app-1, restart policy'],
  [{ HostConfig: { RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 }, Memory: 9 } }, 'container shop-app-1, configuration'],
  [{ NetworkSettings: { Networks: {} } }, 'container shop-app-1, networks'],
  [{ NetworkSettings: { Networks: { shop_default: { Aliases: ['abc'] } } } }, 'container shop-app-1, networks'],
  [{ Image: 'sha256:2' }, 'container shop-app-1, image'],
  [{ Mounts: [] }, 'container shop-app-1, mounts'],
])('%j is a change', (change, name) => expect(changed(change)).toEqual([name]))

test('no variable of a container is in it', () => expect(JSON.stringify(entriesOf(inspected()))).not.toContain('secret'))
