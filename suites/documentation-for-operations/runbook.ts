import { lexer } from 'marked'

/** A command of the runbook: a fenced block whose info string says `operation=NAME`. */
export interface TaggedCommand {
  readonly operation: string
  readonly text: string
}
export interface Runbook {
  readonly commands: readonly TaggedCommand[]
  readonly sections: readonly Section[]
}
/** What stands below a heading, up to the next heading of any depth. */
export interface Section {
  readonly heading: string
  readonly depth: number
  readonly text: string
  /** Whether there is anything but the heading, here or in a section below it. */
  readonly isWritten: boolean
  readonly operations: readonly string[]
}

const tag = /(?:^|[\s{,])operation=["']?([A-Za-z0-9._-]+)/

export function readRunbook(markdown: string): Runbook {
  const commands: TaggedCommand[] = []
  const sections: { heading: string; depth: number; text: string; isWritten: boolean; operations: string[] }[] = []
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') {
      const { text: heading = '', depth = 1 } = token as { text?: string; depth?: number }
      sections.push({ heading, depth, text: '', isWritten: false, operations: [] })
    }
    const section = sections.at(-1)
    if (token.type !== 'heading' && token.type !== 'space' && token.type !== 'html') markWritten(sections)
    if (section !== undefined) section.text += token.raw
    if (token.type !== 'code') continue
    const { lang, text } = token as { lang?: string; text?: string }
    const [, operation] = tag.exec(lang ?? '') ?? []
    if (operation === undefined) continue
    commands.push({ operation, text: text ?? '' })
    section?.operations.push(operation)
  }
  return { commands, sections }
}

/** The last section, and those above it. */
function markWritten(sections: readonly { readonly depth: number; isWritten: boolean }[]): void {
  let depth = Infinity
  for (const section of [...sections].reverse()) {
    if (section.depth >= depth) continue
    section.isWritten = true
    depth = section.depth
  }
}

/** How headings name operations: Draining, Upgrades, Configuration, Back up. */
const forms: Readonly<Record<string, string>> = {
  start: 'start(s|ing|-?up)?',
  stop: 'stop(s|ping)?|shut(ting)?[ -]?down',
  drain: 'drain(s|ing)?',
  undrain: 'undrain(s|ing)?',
  upgrade: 'upgrad(e|es|ing)',
  configure: 'configur(e|es|ing|ation|ations)',
  toggle: 'toggl(e|es|ing)',
  backup: 'back(s|ing)?[ -]?ups?',
  restore: 'restor(e|es|ing|ation|ations)',
}

/** The section that is about an operation: it has a command of it, or its heading names it and something stands below. */
export function sectionOf({ sections }: Runbook, operation: string): Section | undefined {
  const word = new RegExp(`(^|[^a-z])(${forms[operation] ?? operation.replaceAll(/[^a-z-]/g, '')})([^a-z]|$)`, 'i')
  return sections.find((one) => one.operations.includes(operation)) ?? sections.find(({ heading, isWritten }) => isWritten && word.test(heading))
}

const secondsOf: readonly (readonly [RegExp, number])[] = [
  [/^(ms|milliseconds?)$/i, 0.001],
  [/^(s|secs?|seconds?)$/i, 1],
  [/^(m|min|mins|minutes?)$/i, 60],
  [/^(h|hours?)$/i, 3_600],
]

/** Whether a text says this time, in any unit: `12 s`, `12-second`, `2 minutes`, `1500 ms`. */
export function saysSeconds(text: string, seconds: number): boolean {
  return [...text.matchAll(/(?<![0-9.])(\d+(?:\.\d+)?)[\s-]?([a-z]+)/gi)].some(([, count, unit = '']) => {
    const [, factor] = secondsOf.find(([form]) => form.test(unit)) ?? []
    return factor !== undefined && Math.abs(Number(count) * factor - seconds) < 1e-6
  })
}
