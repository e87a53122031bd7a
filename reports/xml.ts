import { oneLine, printable, withoutMarkers } from './printable.js'

/** XML that is well-formed whatever text goes in: the only way to make an element is this file. */
export interface XmlElement {
  readonly source: string
}

/**
 * Names are ours, values are anybody's. Text is escaped instead of wrapped in CDATA, so `]]>` needs no special case;
 * attribute values are one line, because parsers turn line feeds in them into spaces anyway.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly (XmlElement | string)[],
): XmlElement {
  const start = `<${name}${Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(oneLine(String(value)))}"`).join('')}`
  if (content.length === 0) return { source: `${start}/>` }
  const holdsText = content.some((part) => typeof part === 'string')
  const parts = content.map((part) => (typeof part === 'string' ? escapeXml(printable(part)) : part.source))
  const inner = holdsText ? parts.join('') : `\n${parts.join('\n')}\n`
  return { source: `${start}>${inner}</${name}>` }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
const escapeXml = (text: string): string => withoutMarkers(text).replace(/[&<>"']/g, (character) => escapes[character] ?? '')
