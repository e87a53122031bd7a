import { declaredCapabilities } from '../../core/capabilities.js'
import { drainsNodes } from '../../core/declarations/node-drain.js'
import type { Capability } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'

/** What can be done to, or seen of, a pod from outside it. */
const offered: ReadonlySet<Capability> = new Set<Capability>([
  'topology.instances', 'topology.balancer', 'topology.identity', 'topology.scale', 'health.readiness', 'health.liveness', 'health.detail',
  'lifecycle.start', 'lifecycle.stop', 'lifecycle.kill', 'lifecycle.drain', 'lifecycle.undrain',
  'lifecycle.upgrade', 'lifecycle.upgrade.part', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad',
  'traffic.http', 'traffic.read', 'traffic.witness', 'data.write', 'data.read.strong', 'data.read.ordinary', 'data.delete', 'data.list',
])

const reasons: Readonly<Partial<Record<Capability, string>>> = {
  'lifecycle.crash': 'deleting a pod tests its controller and not what restarts a process that crashes, and a kill from inside a pod does not reach its process 1',
  'lifecycle.reboot': 'the machines of a cluster are not this run\'s to reboot, and a controller would make the service pass on another one',
  'lifecycle.autostart': 'a controller starts every pod again, whatever image it is of',
  'lifecycle.hold': 'the controller replaces every pod that is gone: it cannot be kept down',
  'topology.fixed-addresses': 'a pod that is replaced has another address: requests cannot be raced against its start',
  'docs.times': 'a replacement is being started while its predecessor stops: how long a start takes is not to be seen',
  'lifecycle.start-drained': 'a roll-out to one pod is over when that is ready, and one that starts drained is not',
  'fault.freeze': 'a process in a pod cannot be frozen from outside its node',
}

export const whyNot = (capability: Capability, service: ServiceDescriptor): string | undefined => reasons[capability] ?? ofWorkload(capability, service)

function ofWorkload(capability: Capability, service: ServiceDescriptor): string | undefined {
  const { cluster } = service.target
  // A pod of a StatefulSet that never became ready is replaced only when somebody deletes it, whatever its template has become since.
  if (capability === 'lifecycle.upgrade.bad' && cluster?.workload.kind === 'statefulset') return 'a StatefulSet never gives a roll-out up, and does not take a pod back that never became ready'
  if (capability === 'lifecycle.drain' && drainsNodes(service)) return 'a drain is that of its node here (target.drain: node), after which nothing is left of the pod that could be asked'
  if (capability === 'lifecycle.undrain' && drainsNodes(service)) return 'a drain is that of its node here (target.drain: node), which another pod is the way back from: nothing is left of the one that was drained'
  if (capability === 'lifecycle.upgrade.part') return cluster?.notInPart === undefined ? undefined : `a release cannot be given to one of the replicas alone: ${cluster.notInPart}`
  return capability === 'topology.scale' ? cluster?.notScaled : undefined
}

/** Whether a replica may be added and taken away: only where the replica that answered can be told. */
export const mayScale = ({ target: { cluster }, identity }: ServiceDescriptor): boolean => cluster !== undefined && cluster.notScaled === undefined && identity !== undefined

export function offers(service: ServiceDescriptor): ReadonlySet<Capability> {
  // A drain that ends in an exit is followed by another start in the same pod: nobody could tell the two apart.
  const isOffered = (one: Capability): boolean => offered.has(one) && ofWorkload(one, service) === undefined && !(one === 'lifecycle.drain' && service.lifecycle.drain?.endsInExit === true)
  return new Set([...declaredCapabilities(service)].filter(isOffered))
}
