import { describe, expect, test } from 'vitest'
import { networkOfCopy, obstaclesTo, serviceOfCopy, type CopiedSpec, type StackToCopy } from './copy-spec.js'
import type { ServiceMount } from './stack-services.js'
import { specOf } from './fake-swarm.test-support.js'
import { stackLabel } from './stack-services.js'

const own = { [stackLabel]: 'shop' }
const inner = { Id: 'n1', Name: 'shop_inner', Driver: 'overlay', Labels: own, Options: { encrypted: '', 'com.docker.network.driver.overlay.vxlanid_list': '4097' } }
const volume: ServiceMount = { Type: 'volume', Source: 'shop_data', Target: '/data', VolumeOptions: { Labels: own } }

function service(name: string, { mounts = [], port, networks = [{ Target: 'n1', Aliases: [name] }], ...rest }: { readonly mounts?: readonly ServiceMount[]; readonly port?: number; readonly networks?: CopiedSpec['Networks'] } & Partial<CopiedSpec> = {}): CopiedSpec {
  const spec = specOf({ replicas: 3 })
  return {
    ...spec,
    Name: `shop_${name}`,
    Labels: { ...spec.Labels, 'traefik.enable': 'true', 'seaworthy.run': 'r1' },
    TaskTemplate: { ContainerSpec: { Image: 'shop:1', Env: ['A=1', 'B=2'], Args: ['serve'], Labels: own, Mounts: mounts }, Networks: networks ?? [] },
    ...(port === undefined ? {} : { EndpointSpec: { Mode: 'dnsrr', Ports: [{ TargetPort: 80, PublishedPort: port, PublishMode: 'host', Protocol: 'tcp' }] } as CopiedSpec['EndpointSpec'] }),
    ...rest,
  } as CopiedSpec
}
const stackOf = (services: Readonly<Record<string, CopiedSpec>>, networks: StackToCopy['networks'] = new Map([['n1', inner]])): StackToCopy => ({ stack: 'shop', services: new Map(Object.entries({ balancer: service('balancer', { port: 8_080 }), ...services })), networks, entryPort: 8_080 })
const name = { copy: 'seaworthy-1', labels: { 'seaworthy.run': 'r2', 'seaworthy.deployment': 'd2' } }
const given = { ...name, stack: 'shop', networkIds: new Map([['n1', 'm1']]) }

describe('what cannot be copied is told', () => {
  test('of a stack with networks and volumes of its own there is nothing', () => {
    expect(obstaclesTo(stackOf({ db: service('db', { mounts: [volume, { Type: 'tmpfs', Target: '/tmp' }, { Type: 'bind', Source: '/etc/shop', Target: '/etc/shop', ReadOnly: true }] }) }))).toEqual([])
  })

  test.each([
    ['a global service', { agent: service('agent', { Mode: { Global: {} } }) }, /service agent is a global one/],
    ['a network of somebody else', { db: service('db', { networks: [{ Target: 'n2' }] }) }, /db is in the network n2, which is not the stack's own/],
    ['a volume of somebody else', { db: service('db', { mounts: [{ Type: 'volume', Source: 'archive', Target: '/a' }] }) }, /db writes to the volume archive/],
    ['a folder of the machine that is written to', { db: service('db', { mounts: [{ Type: 'bind', Source: '/srv/shop', Target: '/a' }] }) }, /db writes to \/srv\/shop of this machine/],
    ['the socket of the engine, also to read', { db: service('db', { mounts: [{ Type: 'bind', Source: '/var/run/docker.sock', Target: '/a', ReadOnly: true }] }) }, /db speaks to \/var\/run\/docker\.sock/],
    ['a volume of a cluster', { db: service('db', { mounts: [{ Type: 'cluster', Source: 'c1', Target: '/a' }] }) }, /mounts c1 as cluster/],
    ['a way in that is elsewhere', { balancer: service('balancer', { port: 9_090 }) }, /publishes the port 8080 of target\.url/],
  ] as const)('%s', (_, services, reason) => {
    expect(obstaclesTo(stackOf(services))).toEqual([expect.stringMatching(reason)])
  })
})

describe('a service of a copy', () => {
  test('is named and labelled as the copy’s, and nothing that the stack file tells others is on it', () => {
    const made = serviceOfCopy(service('api'), given)
    expect(made.Name).toBe('seaworthy-1_api')
    expect(made.Labels).toEqual({ ...name.labels, [stackLabel]: 'seaworthy-1' })
    expect(made.TaskTemplate.ContainerSpec.Labels).toEqual(made.Labels)
  })

  test('is in the networks of the copy by the names it had, its own among them', () => {
    expect(serviceOfCopy(service('api'), given).TaskTemplate.Networks).toEqual([{ Target: 'm1', Aliases: ['api', 'shop_api'] }])
    const { Networks: _, ...older } = service('api').TaskTemplate
    const made = serviceOfCopy({ ...service('api'), TaskTemplate: older, Networks: [{ Target: 'n1', Aliases: ['api'] }] }, given)
    expect(made.TaskTemplate.Networks).toEqual([{ Target: 'm1', Aliases: ['api', 'shop_api'] }])
    expect(made.Networks).toBeUndefined()
  })

  test('has a volume of its own for each of the stack, and reads what others may read', () => {
    const config: ServiceMount = { Type: 'bind', Source: '/etc/shop', Target: '/etc/shop', ReadOnly: true }
    const { Mounts: mounts } = serviceOfCopy(service('db', { mounts: [volume, config] }), given).TaskTemplate.ContainerSpec
    expect(mounts).toEqual([{ ...volume, Source: 'seaworthy-1_data', VolumeOptions: { Labels: { ...name.labels, [stackLabel]: 'seaworthy-1' } } }, config])
  })

  test('is published at a port that the engine chooses', () => {
    expect(serviceOfCopy(service('balancer', { port: 8_080 }), given).EndpointSpec).toEqual({ Mode: 'dnsrr', Ports: [{ TargetPort: 80, PublishMode: 'host', Protocol: 'tcp' }] })
  })

  test('of replicas has as many as asked for, the changes, and the files of the run to read', () => {
    const made = serviceOfCopy(service('api'), { ...given, replicas: { count: 1, changes: { env: { B: 'other', C: '3' } }, folder: '/tmp/run' } })
    expect(made.Mode).toEqual({ Replicated: { Replicas: 1 } })
    expect(made.TaskTemplate.ContainerSpec).toMatchObject({ Image: 'shop:1', Env: ['A=1', 'B=other', 'C=3'], Args: ['serve'], Mounts: [{ Type: 'bind', Source: '/tmp/run', Target: '/tmp/run', ReadOnly: true }] })
    expect(serviceOfCopy(service('api'), { ...given, replicas: { count: 2, changes: { command: ['serve', '--fresh'] }, folder: '/tmp/run' } }).TaskTemplate.ContainerSpec.Args).toEqual(['serve', '--fresh'])
  })
})

test('a network of a copy has the options of the first, without what the engine chose for it', () => {
  expect(networkOfCopy({ ...inner, Internal: true }, 'shop', name)).toEqual({ Name: 'seaworthy-1_inner', Driver: 'overlay', Internal: true, Attachable: false, EnableIPv6: false, Options: { encrypted: '' }, Labels: { ...name.labels, [stackLabel]: 'seaworthy-1' } })
})
