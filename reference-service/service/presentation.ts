import { isMapping } from './mapping.js'

/** What clients see of the configuration: the part that can be changed while the service runs. */
export interface Presentation {
  readonly title: string
  readonly banner: { readonly text: string; readonly seconds: number }
  readonly languages: readonly string[]
  /** Shown while it is there. */
  readonly notice?: string
}

export const presentationDefaults: Presentation = {
  title: 'Ledger',
  banner: { text: 'Every transfer is final', seconds: 10 },
  languages: ['en', 'de'],
}
const keys = ['title', 'banner', 'languages', 'notice'] as const
export const isPresentationKey = (name: string): boolean => (keys as readonly string[]).includes(name)

function textAt(name: string, found: unknown): string {
  if (typeof found === 'string' && found !== '') return found
  throw new Error(`found ${JSON.stringify(found)} at ${name}, expected a text`)
}

function bannerOf(found: unknown): Presentation['banner'] {
  if (!isMapping(found)) throw new Error(`found ${JSON.stringify(found)} at banner, expected a mapping`)
  const { text, seconds, ...unknown } = { ...presentationDefaults.banner, ...found }
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw new Error(`found banner.${other}, expected one of: text, seconds`)
  if (typeof seconds !== 'number' || !(seconds >= 1)) throw new Error(`found ${JSON.stringify(seconds)} at banner.seconds, expected a number from 1`)
  return { text: textAt('banner.text', text), seconds }
}

function languagesOf(found: unknown): readonly string[] {
  if (!Array.isArray(found) || found.length === 0) throw new Error(`found ${JSON.stringify(found)} at languages, expected a list`)
  return found.map((language: unknown, index) => textAt(`languages[${index}]`, language))
}

/** Of a whole configuration; what is missing has its default. Throws with the place of a mistake. */
export function presentationOf(document: Readonly<Record<string, unknown>>): Presentation {
  const { title, banner, languages, notice } = { ...presentationDefaults, ...document }
  return {
    title: textAt('title', title),
    banner: bannerOf(banner),
    languages: languagesOf(languages),
    ...(notice === undefined || notice === null ? {} : { notice: textAt('notice', notice) }),
  }
}
