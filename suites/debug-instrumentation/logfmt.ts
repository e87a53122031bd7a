/** A key, alone or with a value that is bare or in quotes. */
const pair = /([^\s="\p{Cc}]+)(?:=(?:"((?:[^"\\\p{Cc}]|\\.)*)"|([^\s"\p{Cc}]*)))?(?:[ \t]+|$)/uy

/**
 * A line of logfmt (`time=… level=info msg="two words"`) as an object of texts, and numbers where a value is one. Undefined for what is
 * none: a quote that is left open, or a control character that would break a line.
 */
export function parseLogfmt(line: string): Readonly<Record<string, unknown>> | undefined {
  const entries: [string, unknown][] = []
  pair.lastIndex = /^[ \t]*/.exec(line)?.[0].length ?? 0
  while (pair.lastIndex < line.length) {
    const [, key, quoted, bare] = pair.exec(line) ?? []
    if (key === undefined) return undefined
    entries.push([key, quoted === undefined ? valueOf(bare) : unescaped(quoted)])
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

const valueOf = (bare: string | undefined): unknown => (bare !== undefined && /^-?\d+(\.\d+)?$/.test(bare) && bare.length < 16 ? Number(bare) : (bare ?? true))

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}
