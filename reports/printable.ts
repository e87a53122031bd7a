/**
 * Text that came from a service under test is hostile until shown otherwise: it may hold escape sequences that
 * clear a terminal, characters that reverse the reading direction, or markers that CI servers obey.
 */

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/** Marks, embeddings, overrides and isolates of the Unicode Bidirectional Algorithm. */
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const lineSeparators = /\r\n|[\u2028\u2029\u0085]/g
const loneSurrogates = /\p{Surrogate}/gu
const nonCharacters = /[\ufdd0-\ufdef\ufffe\uffff]/g

/** Spelled out rather than shown as U+2400 pictures: many fonts do not have those. */
const codePointName = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
/**
 * The same text with everything that acts instead of being read made visible. Line feeds and tabs stay. The
 * result is well-formed Unicode and holds only characters that XML 1.0 allows.
 */
export function printable(text: string): string {
  return text
    .replace(lineSeparators, '\n')
    .replace(controls, codePointName)
    .replace(bidirectional, codePointName)
    .replace(loneSurrogates, '\ufffd')
    .replace(nonCharacters, '\ufffd')
}

/** `printable` on one line: a service must not be able to forge a line of ours. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s*\n\s*/g, ' \u21b5 ').replace(/\t/g, ' ').trim()
}

/**
 * CI servers obey markers inside a log or a JUnit file: `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere in a line,
 * `::…::` at its beginning (which any word becomes when a line is wrapped), `[[ATTACHMENT|…]]` in system-out (it
 * uploads the named file). Broken up here so that nothing a service said is obeyed.
 */
export function withoutMarkers(text: string): string {
  return text.replace(/##(?=\w*\[)/g, '# #').replace(/(^|\s)::(?=\S)/g, '$1: :').replace(/\[\[(?=\s*ATTACHMENT)/gi, '[ [')
}
