import { declaredCapabilities } from '../../core/capabilities.js'
import type { Capability } from '../../core/requirement.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { disposableOnly, same, staysInForce } from '../attached-offers.js'

const never: Readonly<Partial<Record<Capability, string>>> = {
  ...same('nothing of ours stands between the containers of a project', ['fault.edge', 'fault.isolate']),
  ...same('the files of a volume are not opened', ['fault.data-files']),
  ...same('the number of containers is the project’s', ['topology.scale']),
  ...same('containers are used as they are, none is made or replaced', ['topology.swap', 'lifecycle.clone', 'lifecycle.start-drained', 'swap.components', 'swap.moves', 'swap.roles', 'swap.handover']),
  ...same('there is only the one project, and none is put beside it', ['lifecycle.apart', 'backup.restoreIsolated']),
  ...same('an upgrade of the project could not be put back', ['lifecycle.upgrade', 'lifecycle.upgrade.part', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad', 'lifecycle.upgrade.features']),
}

export function whyNot(capability: Capability, service: ServiceDescriptor): string | undefined {
  return never[capability] ?? staysInForce(capability, service) ?? (service.target.disposable ? undefined : disposableOnly[capability])
}

export const offers = (service: ServiceDescriptor): ReadonlySet<Capability> => new Set([...declaredCapabilities(service)].filter((one) => whyNot(one, service) === undefined))
