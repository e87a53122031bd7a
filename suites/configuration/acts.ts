import type { ConfigDeclaration } from '../../core/declarations/config.js'
import type { Performed, Procedure } from '../../core/procedure.js'
import type { ScenarioContext, Via } from '../../core/scenario.js'
import { showsAll, wantedAt, type Answered, type ArchiveReading, type Behaviour, type ConfigurationPlan } from './experiment.js'
import type { Parsed } from './format.js'
import { withValue } from './paths.js'

/** What the scenario of configuration does again and again, each recorded as `experiment.ts` says. */
export interface Acts {
  readonly plan: ConfigurationPlan
  /** Takes an archive from one address. Returns its text, or undefined when there was none. */
  archive(label: string, from?: Via): Promise<string | undefined>
  /** Gives a whole configuration to the service. */
  give(name: 'config.apply' | 'config.restore', label: string, text: string, options?: { readonly to?: Via; readonly whileShowing?: string }): Promise<Performed | undefined>
  /** Reads every setting at each of these addresses once. Returns what was seen. */
  look(label: string, at?: readonly Via[]): Promise<readonly Behaviour[]>
  /** Looks again and again until every address shows a configuration of this label, or time is up. */
  untilShown(label: string, options: { readonly at?: readonly Via[]; readonly timeoutMs: number }): Promise<boolean>
  /** Looks about five times a second for this long, and never for less than the slowest change so far took to be shown. */
  watch(label: string, durationMs: number): Promise<void>
}

const lookEveryMs = 200
const addressed = /\{(instance|host|port)\}/

export function actsOf(context: ScenarioContext, config: ConfigDeclaration, plan: ConfigurationPlan): Acts {
  const targetOf = (procedure: Procedure, preferred: Via): string => (procedure.via === 'exec' && !procedure.command.some((word) => addressed.test(word)) ? 'operator' : preferred)
  const note = ({ output: _, ...answer }: Performed, name: string, label: string, target: string): void => {
    const answered: Answered = { ...answer, name, label }
    context.observe('performed', target, answered)
  }
  let slowestMs = 0
  const acts: Acts = {
    plan,
    async archive(label, from = plan.archivedFrom) {
      if (config.archive === undefined) return undefined
      const performed = await context.control.perform(config.archive, { name: 'config.archive', target: targetOf(config.archive, from), label })
      const { ok, output, error, startedAtMs, tookMs } = performed
      const reading: ArchiveReading = { label, ok, text: output, startedAtMs, tookMs, ...(error === undefined ? {} : { error }) }
      context.observe('archive', from, reading)
      return ok ? output : undefined
    },
    async give(name, label, text, { to = 'balancer', whileShowing } = {}) {
      const procedure = name === 'config.apply' ? config.apply : config.restore
      if (procedure === undefined) return undefined
      const file = await context.files.write(`${label.replaceAll(' ', '-')}.${plan.format}`, text)
      const target = targetOf(procedure, to)
      const witness = whileShowing === undefined ? {} : { witness: async () => ((await acts.untilShown(whileShowing, { timeoutMs: plan.effectiveWithinMs })) ? `${plan.instances.length} instances show ${whileShowing}` : undefined) }
      const performed = await context.control.perform(procedure, { name, target, label, values: { configuration: text, file }, ...witness })
      if (whileShowing !== undefined) slowestMs = Math.max(slowestMs, context.now() - performed.startedAtMs - performed.tookMs)
      note(performed, name, label, target)
      return performed
    },
    async look(label, at = plan.instances) {
      return Promise.all(at.map((via) => lookAt(context, config, { label, via })))
    },
    async untilShown(label, { at = plan.instances, timeoutMs }) {
      return context.until(`${at.join(', ')} show configuration ${label}`, async () => (await acts.look(label, at)).every((seen) => showsAll(plan, label, seen)), timeoutMs)
    },
    async watch(label, durationMs) {
      const endMs = context.now() + Math.max(durationMs, slowestMs + 2 * lookEveryMs)
      do {
        await acts.look(label)
        await context.pause(lookEveryMs)
      } while (context.now() < endMs)
    },
  }
  return acts
}

async function lookAt(context: ScenarioContext, config: ConfigDeclaration, { label, via }: { readonly label: string; readonly via: Via }): Promise<Behaviour> {
  const sentAtMs = context.now()
  const read = await Promise.all(config.settings.map(async ({ name, probe }) => [name, await context.traffic.readValue({ name: 'setting', probe, via })] as const))
  const seen = { label, values: Object.fromEntries(read), sentAtMs }
  context.observe('behaviour', via, seen)
  return seen
}

/** A configuration in which every declared setting is as in configurations of this label. */
export const configurationOf = (plan: ConfigurationPlan, found: Parsed, label: 'A' | 'B'): Parsed =>
  plan.settings.reduce((parsed, setting) => withValue(parsed, setting.path, wantedAt(setting, label)), found)
