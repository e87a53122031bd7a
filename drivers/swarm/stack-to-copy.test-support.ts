import type { CopiedSpec, StackToCopy } from './copy-spec.js'
import { specOf } from './fake-swarm.test-support.js'
import { stackLabel, type ServiceMount } from './stack-services.js'

export const own = { [stackLabel]: 'shop' }
export const inner = { Id: 'n1', Name: 'shop_inner', Driver: 'overlay', Labels: own, Options: { encrypted: '', 'com.docker.network.driver.overlay.vxlanid_list': '4097' } }
export const volume: ServiceMount = { Type: 'volume', Source: 'shop_data', Target: '/data', VolumeOptions: { Labels: own } }

export function service(name: string, { mounts = [], port, networks = [{ Target: 'n1', Aliases: [name] }], ...rest }: { readonly mounts?: readonly ServiceMount[]; readonly port?: number; readonly networks?: CopiedSpec['Networks'] } & Partial<CopiedSpec> = {}): CopiedSpec {
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
export const stackOf = (services: Readonly<Record<string, CopiedSpec>>, networks: StackToCopy['networks'] = new Map([['n1', inner]])): StackToCopy => ({ stack: 'shop', services: new Map(Object.entries({ balancer: service('balancer', { port: 8_080 }), ...services })), networks, volumes: new Map(), speaking: new Map(), entryPort: 8_080 })
