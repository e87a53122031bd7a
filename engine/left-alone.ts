import type { Driver } from '../core/driver.js'
import type { Capability } from '../core/requirement.js'
import type { LeftAlone } from '../core/scenario.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'

/** What is asked of a scenario's needs before it is run, for a part of it that is not among them. */
export function leftAlone(driver: Pick<Driver, 'name' | 'offers' | 'whyNot'>, service: ServiceDescriptor): (capability: Capability) => LeftAlone | undefined {
  const offered = driver.offers(service)
  const disposable = driver.offers({ ...service, target: { ...service.target, disposable: true } })
  return (capability) => {
    if (offered.has(capability)) return undefined
    return { reason: driver.whyNot?.(capability, service) ?? `the ${driver.name} driver does not do that`, mayBeAllowed: disposable.has(capability) }
  }
}
