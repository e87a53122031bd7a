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
  readonly text: string
  readonly operations: readonly string[]
}

const tag = /(?:^|[\s{,])operation=["']?([A-Za-z0-9._-]+)/

export function readRunbook(markdown: string): Runbook {
  const commands: TaggedCommand[] = []
  const sections: { heading: string; text: string; operations: string[] }[] = []
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') sections.push({ heading: String((token as { text?: string }).text ?? ''), text: '', operations: [] })
    const section = sections.at(-1)
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

/** The section that is about an operation: it has a command of it, or its heading names it. */
export function sectionOf({ sections }: Runbook, operation: string): Section | undefined {
  const word = new RegExp(`(^|[^a-z])${operation.replaceAll(/[^a-z-]/g, '')}([^a-z]|$)`, 'i')
  return sections.find((one) => one.operations.includes(operation)) ?? sections.find(({ heading }) => word.test(heading))
}

/** Whether a text says a number of seconds: `12 s`, `12s`, `12 seconds`. */
export const saysSeconds = (text: string, seconds: number): boolean => new RegExp(`(^|[^0-9.])${String(seconds).replace('.', '\\.')}\\s?(s|sec|seconds?)\\b`).test(text)
