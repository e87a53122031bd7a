import { declaredCapabilities } from '../../core/capabilities.js'
import type { Procedure } from '../../core/procedure.js'
import type { Capability } from '../../core/requirement.js'
import type { RestartPolicy, ServiceDescriptor } from '../../core/service-descriptor.js'
import { disposableOnly, same, staysInForce } from '../attached-offers.js'

/** What a swarm makes impossible, or trivially true. */
const never: Readonly<Partial<Record<Capability, string>>> = {
  ...same('a component of a stack is used as it is, none is made or replaced beside it', ['topology.swap', 'lifecycle.clone', 'swap.components', 'swap.moves', 'swap.roles', 'swap.handover']),
  ...same('commands of a runbook restore from files of this machine and put releases in replicas, of which the tasks of a stack know nothing', ['docs.runbook']),
  ...same('a start is timed from its order, and most of it is what a swarm takes to place a task: the service\'s own time is not to be seen', ['docs.times']),
}

/** Without these no task is ever replaced: what was ended could not be put back but by us. */
const supervised: Readonly<Partial<Record<Capability, readonly RestartPolicy[]>>> = {
  'lifecycle.stop': ['always'],
  'lifecycle.start': ['always'],
  'lifecycle.reboot': ['always'],
}

/** Commands run beside the files of a run, tasks do not. */
const namesFile = (restore: Procedure | undefined): boolean => restore?.via === 'http' && restore.uploadsFile !== true
const restores = { 'backup.restoreLive': 'restoreLive', 'backup.restoreAccount': 'restoreAccount' } as const

function filesOutOfReach({ target: { disposable, swarm }, data }: ServiceDescriptor): string | undefined {
  if (!disposable) return 'files are damaged only where the descriptor says target.disposable: true'
  const found = swarm?.dataFolder
  if (found === undefined) return `no service of the stack was seen to hold the files of ${data?.files?.component ?? 'a component (data.files)'}`
  return 'problem' in found ? `the files of ${found.component} are out of reach: ${found.problem}` : undefined
}

/** A stack beside the first one. */
const needsSecond: ReadonlySet<Capability> = new Set(['lifecycle.apart', 'backup.restoreIsolated'])

function whyNoCopy({ target: { disposable, swarm } }: ServiceDescriptor): string | undefined {
  if (!disposable) return 'the descriptor does not say target.disposable: true'
  return swarm?.notCopied === undefined ? undefined : `none is made: ${swarm.notCopied}`
}

export function whyNot(capability: Capability, service: ServiceDescriptor): string | undefined {
  const { target, health, backup } = service
  const restart = target.replicas.restart
  if (supervised[capability]?.includes(restart) === false) return `the restart policy of the service is ${restart === 'never' ? 'none' : restart}: a swarm does not fill the place of a task that was stopped in order`
  if (target.swarm?.killsUnready === true && (capability === 'lifecycle.drain' || capability === 'lifecycle.undrain')) {
    return `the health check of the tasks asks ${health.readinessPath}: a swarm kills and replaces a task that says it is not ready, so a drain is its end and nothing that can be watched`
  }
  if (target.swarm?.entryIsMesh === true && capability === 'topology.balancer') {
    return 'clients come in through the routing mesh of the swarm, which works on layer 4 and knows nothing of readiness: it takes no replica out of the rotation, and a balancer of the stack has to'
  }
  if (capability === 'lifecycle.reboot') return whyNoReboot(target)
  if (capability === 'fault.edge' || capability === 'fault.isolate') return whyNoProxies(target)
  if ((capability === 'backup.restoreLive' || capability === 'backup.restoreAccount') && namesFile(backup?.[restores[capability]])) {
    return 'a backup is a file of this machine, which a task that is told its path cannot read: let the request carry it (upload: "{file}")'
  }
  if (capability === 'fault.data-files') return filesOutOfReach(service)
  const reason = whyNoCopy(service)
  if (reason !== undefined && needsSecond.has(capability)) return `it needs a second stack, a copy of this one, and ${reason}`
  return never[capability] ?? (reason === undefined ? undefined : staysInForce(capability, service)) ?? (target.disposable ? undefined : disposableOnly[capability])
}

export const offers = (service: ServiceDescriptor): ReadonlySet<Capability> => new Set([...declaredCapabilities(service)].filter((one) => whyNot(one, service) === undefined))

function whyNoReboot({ disposable, swarm }: ServiceDescriptor['target']): string | undefined {
  if (!disposable) return 'everything of the stack would be ended at once, and the descriptor does not say target.disposable: true'
  const [first] = swarm?.staysDown ?? []
  return first === undefined ? undefined : `the restart policy of ${swarm?.staysDown?.join(', ')} does not start again all that has ended (condition: any, without max_attempts), so not everything that a played reboot ends would come back of its own accord`
}

/** A virtual address is answered by the swarm, which connects to the task itself: nobody can tell which replica it was. */
function whyNoProxies({ swarm }: ServiceDescriptor['target']): string | undefined {
  const [first, ...more] = swarm?.virtual ?? []
  if (first === undefined) return undefined
  return `${[first, ...more].join(', ')} ${more.length === 0 ? 'is' : 'are'} reached by a virtual address of the swarm, behind which nobody can tell who connects: with endpoint_mode: dnsrr fault proxies are put before ${more.length === 0 ? 'it' : 'them'}`
}
