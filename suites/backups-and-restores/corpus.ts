import type { ValueType } from '../../core/declarations/backup.js'

/** One record whose value some way of copying gets wrong. */
export interface CorpusRecord {
  readonly key: string
  readonly kind: string
  readonly value: unknown
}

export interface CorpusOptions {
  readonly prefix: string
  readonly count: number
  readonly types: readonly ValueType[]
  /** Records with `longBytes` of text; they stand under a prefix of their own, because nobody wants to list them. */
  readonly longCount: number
}

/** What the harness can still read back as JSON, with the record around it. */
export const longBytes = 1_000_000

const texts: Readonly<Record<string, string>> = {
  'two bytes': 'Grüße, Ærøskøbing, Łódź',
  'three bytes': '北京 日本語 한국어 ไทย',
  combining: 'e\u0301 n\u0303 o\u0308\u0323',
  emoji: '👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇭',
  'right to left': 'שלום \u202Eabc\u202C مرحبا',
  quotes: `it's "quoted" \\ \`and\` ;-- $1 %s`,
  'ends of lines': 'one\ntwo\r\nthree\rfour\u2028five\u2029six',
  'white space': '  \t leading and trailing \u00a0 ',
  separators: 'a,b;c|d\te',
  controls: 'bell\u0007 escape\u001b[1m delete\u007f',
  markup: '<b>&amp;</b> <!-- --> ]]>',
  'looks like null': 'NULL \\N null undefined NaN',
  'looks like a number': '00012.50',
}
const others: Readonly<Record<Exclude<ValueType, 'text'>, readonly unknown[]>> = {
  number: [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0.1, 1e-7, 1.5e300, -2.5e-300, 12345678.901234567],
  boolean: [true, false],
  null: [null],
  list: [[], [1, 'two', null, [true]], Array.from({ length: 200 }, (_, index) => index)],
  object: [{}, { '': 'empty name', 'a b': 1, 'ключ': { nested: [{ deep: { deeper: 'x' } }] } }, { list: [], object: {}, nothing: null }],
}

/** `count` records of every kind in turn, no two of the same text. */
export function corpusOf({ prefix, count, types, longCount }: CorpusOptions): CorpusRecord[] {
  const kinds: { readonly kind: string; readonly make: (index: number) => unknown }[] = []
  for (const type of types) {
    if (type === 'text') {
      kinds.push({ kind: 'empty text', make: () => '' })
      for (const [kind, text] of Object.entries(texts)) kinds.push({ kind, make: (index) => `${text} #${index}` })
    } else {
      for (const value of others[type]) kinds.push({ kind: type, make: () => value })
    }
  }
  const records = Array.from({ length: count }, (_, index): CorpusRecord => {
    const { kind, make } = kinds[index % kinds.length] ?? { kind: 'text', make: () => 'text' }
    return { key: `${prefix}-c-${index}`, kind, value: make(index) }
  })
  return types.includes('text') ? [...records, ...longRecords(prefix, 0, longCount)] : records
}

/** More data of the same kind, for a backup that was over too soon. */
export function longRecords(prefix: string, from: number, count: number): CorpusRecord[] {
  return Array.from({ length: count }, (_, index) => ({ key: `${prefix}-long-${from + index}`, kind: 'long text', value: `${from + index} ${'long text, '.repeat(longBytes / 11)}`.slice(0, longBytes) }))
}
