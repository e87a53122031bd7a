import { printable } from '../printable.js'

/**
 * HTML that is safe by construction: `html` escapes every value that is not markup itself. `new Markup` is for constant
 * text of ours only.
 */
export class Markup {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}
export type Content = Markup | string | number | null | false | readonly Content[]

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For text and for quoted attribute values; characters that act instead of being read become visible. */
export const escapeHtml = (text: string): string => printable(text).replace(/[&<>"']/g, (character) => escapes[character] ?? '')

function sourceOf(content: Content): string {
  if (content instanceof Markup) return content.source
  if (content === null || content === false) return ''
  if (typeof content === 'string') return escapeHtml(content)
  return typeof content === 'number' ? String(content) : content.map(sourceOf).join('')
}

export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.reduce((source, part, index) => source + sourceOf(contents[index - 1] ?? '') + part))
}

/** Puts something between the items of a list. */
export const joined = (items: readonly Content[], separator: Content): readonly Content[] =>
  items.flatMap((item, index) => (index === 0 ? [item] : [separator, item]))

/**
 * JSON for a script element: no character in it can end the element, open a comment or end a line of script.
 */
export function jsonForScript(value: unknown): Markup {
  const json = JSON.stringify(value)
  return new Markup(json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`))
}

/** A value for `id` and for the fragment of a link: an id of a requirement is kept as it is. */
export const anchorOf = (id: string): string => id.replace(/[^\w-]/g, '_').slice(0, 80)

/**
 * A link to a file of the run directory. Only a relative path without an escape to a parent is linked: neither a
 * scheme nor a host can come out of it.
 */
export function fileLink(path: string, text: string): Markup {
  const segments = path.split('/')
  const isInside = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  if (!isInside) return html`${text}`
  const address = `./${segments.map((segment) => encodeURIComponent(printable(segment))).join('/')}`
  return html`<a href="${address}">${text}</a>`
}
