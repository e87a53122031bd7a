import { isMapping } from './mapping.js'

/** Rules of operators for single records of one source. */
export interface SourceRules {
  /** Keys that are not imported, and removed when they are there. */
  readonly block: readonly string[]
  /** Values that are imported in place of what the feed says. */
  readonly override: Readonly<Record<string, unknown>>
}

export interface ImportSettings {
  /** Share of the records of a source that an import may change without permission. */
  readonly changeShareMax: number
  readonly rules: Readonly<Record<string, SourceRules>>
}

export const importDefaults: ImportSettings = { changeShareMax: 0.2, rules: {} }
export const noRules: SourceRules = { block: [], override: {} }

/** Of a configuration; what is missing has its default. Throws with the place of a mistake. */
export function importSettingsOf(document: unknown = {}): ImportSettings {
  if (!isMapping(document)) throw new Error(`found ${JSON.stringify(document)} at imports, expected a mapping`)
  const { changeShareMax, rules, ...unknown } = { ...importDefaults, ...document }
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new Error(`found imports.${other}, expected one of: changeShareMax, rules`)
  if (typeof changeShareMax !== 'number' || !(changeShareMax > 0 && changeShareMax <= 1)) throw new Error(`found ${JSON.stringify(changeShareMax)} at imports.changeShareMax, expected a share above 0, at most 1`)
  if (!isMapping(rules)) throw new Error(`found ${JSON.stringify(rules)} at imports.rules, expected a mapping of sources`)
  return { changeShareMax, rules: Object.fromEntries(Object.entries(rules).map(([source, one]) => [source, rulesOf(one, `imports.rules.${source}`)])) }
}

function rulesOf(document: unknown, at: string): SourceRules {
  if (!isMapping(document)) throw new Error(`found ${JSON.stringify(document)} at ${at}, expected a mapping`)
  const { block, override, ...unknown } = { ...noRules, ...document }
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new Error(`found ${at}.${other}, expected one of: block, override`)
  if (!Array.isArray(block) || !block.every((key) => typeof key === 'string')) throw new Error(`found ${JSON.stringify(block)} at ${at}.block, expected a list of keys`)
  if (!isMapping(override)) throw new Error(`found ${JSON.stringify(override)} at ${at}.override, expected a mapping of keys`)
  return { block, override }
}

export type Rule = { readonly kind: 'block' } | { readonly kind: 'override'; readonly value: unknown }

/** The settings with this rule for a key, or none, in place of the one it had. */
export function withRule(settings: ImportSettings, { source, key }: { readonly source: string; readonly key: string }, rule: Rule | undefined): ImportSettings {
  const { block, override } = settings.rules[source] ?? noRules
  const { [key]: _, ...others } = override
  const changed: SourceRules = {
    block: [...block.filter((one) => one !== key), ...(rule?.kind === 'block' ? [key] : [])],
    override: { ...others, ...(rule?.kind === 'override' ? { [key]: rule.value } : {}) },
  }
  return { ...settings, rules: { ...settings.rules, [source]: changed } }
}
