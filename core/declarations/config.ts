import type { Procedure, ValueProbe } from '../procedure.js'
import type { UnitChanges } from '../driver.js'

/** `ini` also stands for env files: `[section]` lines are optional. A flat format has no nested keys and no lists. */
export type ConfigFormat = 'yaml' | 'json' | 'ini' | 'properties' | 'env'

/**
 * How the service is configured. A configuration is always a whole one, as text in the declared format. In procedures and in the
 * environment of a fresh instance `{configuration}` is that text and `{file}` the path of a file that holds it.
 */
export interface ConfigDeclaration {
  readonly format: ConfigFormat
  /** Longest time from the acknowledgement of a change until every instance shows it. */
  readonly effectiveWithinMs: number
  /** Its output is the configuration in force. */
  readonly archive?: Procedure
  readonly apply?: Procedure
  readonly restore?: Procedure
  readonly fresh?: FreshConfiguration
  /** What can be changed and seen in behaviour. */
  readonly settings: readonly ConfigSetting[]
  /** Values that must be refused. */
  readonly invalid: readonly { readonly name: string; readonly path: string; readonly value: unknown }[]
  /** JSON pointers into an archive; what stands there or below may differ between archives of the same configuration. */
  readonly volatile: readonly string[]
  /** JSON pointers to texts that are encoded on purpose, such as certificates. */
  readonly opaque: readonly string[]
}

/** How a new instance is given its first configuration. Without it the configuration is applied after the start. */
export interface FreshConfiguration {
  readonly changes: UnitChanges
  /** Whether the install command is needed as well. */
  readonly install: boolean
}

export interface ConfigSetting {
  readonly name: string
  /** JSON pointer in a parsed archive; in a flat format `/KEY` or `/section/KEY`. */
  readonly path: string
  /** Two values that are neither the default nor each other. */
  readonly values: readonly [unknown, unknown]
  /** Where the value can be seen in behaviour. */
  readonly probe: ValueProbe
  /** The key may be left out, and behaviour shows that it is. */
  readonly deletable: boolean
}
