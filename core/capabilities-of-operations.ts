import type { Capability } from './requirement.js'
import type { ServiceDescriptor } from './service-descriptor.js'

type Declared = (service: ServiceDescriptor) => boolean

const configures: Declared = ({ config }) => config?.archive !== undefined && (config.apply ?? config.restore) !== undefined && config.settings.length > 0
const toggles: Declared = (service) => (service.toggles?.features.length ?? 0) > 0
const drainsAndReturns: Declared = ({ lifecycle }) => lifecycle.drain?.endsInExit !== true && lifecycle.drain !== undefined && lifecycle.undrain !== undefined

/**
 * Operations of operators beyond start and stop. A service that declares none of these has nothing that could be made to fail, or that could be
 * done twice: that is known before anything is run.
 */
export const operationCapabilities: readonly (readonly [Capability, Declared])[] = [
  ['operations.failing', (service) => configures(service) || service.backup !== undefined || toggles(service) || service.lifecycle.upgrade?.rollOut !== undefined],
  ['operations.repeatable', (service) => drainsAndReturns(service) || (configures(service) && service.config?.apply !== undefined) || service.backup !== undefined || toggles(service)],
]
