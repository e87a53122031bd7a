import { describe, expect, test } from 'vitest'
import { networkOfCopy, serviceOfCopy, writtenVolumes, type CopiedSpec } from './copy-spec.js'
import { stackLabel, type ServiceMount } from './stack-services.js'
import { inner, service, stackOf, volume } from './stack-to-copy.test-support.js'

const name = { copy: 'seaworthy-1', labels: { 'seaworthy.run': 'r2', 'seaworthy.deployment': 'd2' } }
const given = { ...name, stack: 'shop', node: 'node1', written: new Set(['shop_data']), networkIds: new Map([['n1', 'm1']]) }

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

  test('is placed on this node, by what the stack file says besides', () => {
    const { TaskTemplate: template } = service('api')
    expect(serviceOfCopy(service('api'), given).TaskTemplate.Placement).toEqual({ Constraints: ['node.id==node1'] })
    const placed = { ...service('api'), TaskTemplate: { ...template, Placement: { Constraints: ['node.role==manager'], Preferences: [] } } } as CopiedSpec
    expect(serviceOfCopy(placed, given).TaskTemplate.Placement).toEqual({ Constraints: ['node.role==manager', 'node.id==node1'], Preferences: [] })
  })

  test('shares a volume of the stack that none of its services writes to, and has its own where another one does', () => {
    const read: ServiceMount = { ...volume, ReadOnly: true }
    const mountsWith = (other: ServiceMount): unknown => serviceOfCopy(service('api', { mounts: [read] }), { ...given, written: writtenVolumes(stackOf({ api: service('api', { mounts: [read] }), db: service('db', { mounts: [other] }) })) }).TaskTemplate.ContainerSpec.Mounts
    expect(mountsWith(read)).toEqual([read])
    expect(mountsWith(volume)).toMatchObject([{ Source: 'seaworthy-1_data', ReadOnly: true }])
  })

  test('is published at a port that the engine chooses', () => {
    expect(serviceOfCopy(service('balancer', { port: 8_080 }), given).EndpointSpec).toEqual({ Mode: 'dnsrr', Ports: [{ TargetPort: 80, PublishMode: 'host', Protocol: 'tcp' }] })
  })

  test('of replicas has as many as asked for, the changes, and the files of the run to read', () => {
    const made = serviceOfCopy(service('api'), { ...given, replicas: { count: 1, changes: { env: { B: 'other', C: '3' } }, folder: '/tmp/run' } })
    expect(made.Mode).toEqual({ Replicated: { Replicas: 1 } })
    expect(made.TaskTemplate.ContainerSpec).toMatchObject({ Image: 'shop:1', Env: ['A=1', 'B=other', 'C=3'], Args: ['serve'], Mounts: [{ Type: 'bind', Source: '/tmp/run', Target: '/tmp/run', ReadOnly: true }] })
    expect(serviceOfCopy(service('api'), { ...given, replicas: { count: 1, changes: {} } }).TaskTemplate.ContainerSpec.Mounts).toEqual([])
    expect(serviceOfCopy(service('api'), { ...given, replicas: { count: 2, changes: { command: ['serve', '--fresh'] }, folder: '/tmp/run' } }).TaskTemplate.ContainerSpec.Args).toEqual(['serve', '--fresh'])
  })
})

test('a network of a copy has the options of the first, without what the engine chose for it', () => {
  expect(networkOfCopy({ ...inner, Internal: true }, 'shop', name)).toEqual({ Name: 'seaworthy-1_inner', Driver: 'overlay', Internal: true, Attachable: false, EnableIPv6: false, Options: { encrypted: '' }, Labels: { ...name.labels, [stackLabel]: 'seaworthy-1' } })
})
