import { listed } from '../../core/checks/counted.js'
import type { Capability } from '../../core/requirement.js'
import type { ScenarioContext } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { BeyondTrial } from './declared-tasks.js'

/** An operation that the descriptor declares, and what keeps it from being tried: something that is not declared, or something else. */
interface DeclaredOperation {
  readonly name: string
  readonly capability: Capability
  readonly lacks?: readonly string[]
  readonly otherwise?: string
}

/** All of them but a stop and a start, which every service has. */
export function declaredOperations({ lifecycle: { drain, undrain, upgrade }, config, backup, toggles }: ServiceDescriptor): readonly DeclaredOperation[] {
  const exits = drain?.endsInExit === true ? { otherwise: 'the drain is declared to end in an exit, after which nothing is left that could show it' } : {}
  const configured = { lacks: [...(config?.archive === undefined ? ['config.archive'] : []), ...((config?.settings.length ?? 0) === 0 ? ['a setting in config.settings'] : [])] }
  return [
    ...(drain === undefined ? [] : [{ name: 'drain', capability: 'lifecycle.drain', ...exits } as const]),
    ...(undrain === undefined ? [] : [{ name: 'undrain', capability: 'lifecycle.undrain', lacks: drain === undefined ? ['lifecycle.drain'] : [], ...exits } as const]),
    ...(config?.apply === undefined ? [] : [{ name: 'config.apply', capability: 'config.apply', ...configured } as const]),
    ...(config?.restore === undefined ? [] : [{ name: 'config.restore', capability: 'config.restore', ...configured } as const]),
    ...(backup === undefined ? [] : [{ name: 'backup.create', capability: 'backup.create' } as const]),
    ...(toggles === undefined ? [] : [{ name: 'toggles.set', capability: 'toggles.set', lacks: toggles.features.length === 0 ? ['a feature in toggles.features'] : [] } as const]),
    ...(upgrade?.rollOut === undefined ? [] : [{ name: 'upgrade', capability: 'lifecycle.upgrade.tool' } as const]),
  ]
}

/** What is declared and will not be tried. What the driver leaves alone is not done here either, whatever else is lacking. */
export function notTried({ service, leftAlone }: Pick<ScenarioContext, 'service' | 'leftAlone'>): readonly BeyondTrial[] {
  return declaredOperations(service).flatMap(({ name, capability, lacks = [], otherwise }): BeyondTrial[] => {
    const refused = leftAlone(capability) ?? (name.startsWith('config.') && service.config?.archive !== undefined ? leftAlone('config.archive') : undefined)
    const lacking = lacks.length === 0 ? [] : [`that takes ${listed(lacks)} as well, which the descriptor does not declare`]
    if (refused !== undefined) return [{ name, reason: [refused.reason, ...(refused.mayBeAllowed ? lacking : [])].join('; '), mayBeDeclared: refused.mayBeAllowed }]
    if (otherwise !== undefined) return [{ name, reason: otherwise, mayBeDeclared: false }]
    return lacking.map((reason) => ({ name, reason, mayBeDeclared: true }))
  })
}
