/** A value that may stand in no file and no output of ours. */
export interface Secret {
  /** What is shown in its place: the variable, key or header that it came from. */
  readonly name: string
  readonly value: string
}

/** Puts names in the place of secrets. Of what holds none nothing is copied. */
export interface Redaction {
  readonly secrets: readonly Secret[]
  text(text: string): string
  /** Every text in a value as JSON knows it, keys included. */
  value<T>(value: T): T
  /** False: no secret, nor half of one, is in this text of JSON. Costs a search and no more. */
  mayHold(json: string): boolean
}

interface Form {
  readonly written: string
  readonly shown: string
  readonly plain: boolean
  readonly head: string
  readonly tail: string
}

/** A value that is cut is still known by half of it; less than this many characters of it tell too little to be looked for. */
const cutFormMin = 8

/** A word of a history has a meaning of ours: a password that happens to read `balancer` does not change who answered. */
const vocabulary: ReadonlySet<string> = new Set([
  'kind', 'phase', 'outcome', 'probe', 'name', 'load', 'proof', 'cause', 'target', 'via', 'type', 'schema', 'status', 'id', 'check', 'scenario', 'requirement', 'area', 'keyword', 'method',
  'operation', 'group', 'level', 'driver', 'profile',
])

/**
 * Secrets are found as they are, as they stand in a URL and as they stand in a text of JSON; also when the end or the beginning of a
 * text has cut off less than half of one.
 */
export function redactionOf(secrets: readonly Secret[]): Redaction {
  const forms = secrets.flatMap(formsOf).sort((a, b) => b.written.length - a.written.length)
  if (forms.length === 0) return { secrets, text: (text) => text, value: (value) => value, mayHold: () => false }
  // Its escapes are escaped once more in a text of JSON.
  const alwaysLooks = forms.some(({ written }) => /["\\\u0000-\u001f]/.test(written))
  const mayHold = (json: string): boolean => alwaysLooks || forms.some(({ head, tail }) => json.includes(head) || json.includes(tail))
  const text = (given: string, isWord = false): string => forms.reduce((found, form) => (isWord && form.plain ? found : withoutForm(found, form)), given)
  const walk = (value: unknown, isWord: boolean): unknown => {
    if (typeof value === 'string') return text(value, isWord)
    if (Array.isArray(value)) return value.map((one) => walk(one, isWord))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [text(key, true), walk(one, vocabulary.has(key))]))
  }
  return {
    secrets,
    text: (given) => text(given),
    value: <T>(value: T): T => walk(value, false) as T,
    mayHold,
  }
}

function formsOf({ name, value }: Secret): readonly Form[] {
  const written = new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
  const plain = /^[a-z][a-z-]*$/.test(value)
  return [...written].map((form) => {
    const isCut = form.length >= cutFormMin
    const half = Math.ceil(form.length / 2)
    return { written: form, shown: `[redacted: ${name}]`, plain, head: isCut ? form.slice(0, half) : form, tail: isCut ? form.slice(-half) : form }
  })
}

function withoutForm(given: string, { written, shown, head, tail }: Form): string {
  if (!given.includes(head) && !given.includes(tail)) return given
  let text = given.includes(written) ? given.replaceAll(written, () => shown) : given
  for (let length = written.length - 1; length >= head.length; length--) {
    if (text.endsWith(written.slice(0, length))) text = `${text.slice(0, -length)}${shown}`
    if (text.startsWith(written.slice(-length))) text = `${shown}${text.slice(length)}`
  }
  return text
}
