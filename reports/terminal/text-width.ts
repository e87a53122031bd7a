/** Columns that text takes on a terminal. Colour codes of ours take none; hostile ones never get here. */

const colorCode = /\u001b\[[0-9;]*m/g
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const zeroWidth = /^[\p{Mark}\p{Format}]+$/u
const emoji = /\p{Emoji_Presentation}|\ufe0f/u
/** East Asian Wide and Fullwidth blocks (Unicode Standard Annex 11), merged. */
const wide = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme) || wide.test(grapheme)) return 2
  return zeroWidth.test(grapheme) ? 0 : 1
}

export function textWidth(text: string): number {
  const bare = text.replace(colorCode, '')
  if (/^[\u0020-\u007e]*$/.test(bare)) return bare.length
  let width = 0
  for (const { segment } of segmenter.segment(bare)) width += graphemeWidth(segment)
  return width
}

export const padEnd = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - textWidth(text)))
export const padStart = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - textWidth(text))) + text

/** At most so many columns; what is cut off shows as an ellipsis, and a colour that was open is closed. */
export function truncate(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  if (columns <= 0) return ''
  let width = 0
  let kept = ''
  let isColored = false
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) {
      kept += part
      isColored = part !== '\u001b[0m'
      continue
    }
    for (const { segment } of segmenter.segment(part)) {
      const next = graphemeWidth(segment)
      if (width + next > columns - 1) return `${kept}…${isColored ? '\u001b[0m' : ''}`
      kept += segment
      width += next
    }
  }
  return kept
}

/** Breaks at spaces so that no line is wider than asked, and inside a word only when the word alone is wider. */
export function wrap(text: string, columns: number): readonly string[] {
  const limit = Math.max(columns, 8)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((one) => broken(one, limit))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= limit) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
  }
  lines.push(line)
  return lines
}

function broken(word: string, columns: number): readonly string[] {
  if (textWidth(word) <= columns) return [word]
  const pieces: string[] = []
  let piece = ''
  for (const { segment } of segmenter.segment(word)) {
    if (textWidth(piece + segment) > columns) {
      pieces.push(piece)
      piece = ''
    }
    piece += segment
  }
  pieces.push(piece)
  return pieces
}
