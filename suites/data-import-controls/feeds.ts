import type { FeedRecord } from '../../core/declarations/import.js'

/** `item-001` and so on, each with a first value. */
export function firstFeed(records: number): readonly FeedRecord[] {
  const digits = Math.max(3, String(records).length)
  return Array.from({ length: records }, (_, index) => `item-${String(index + 1).padStart(digits, '0')}`).map((key) => [key, `first of ${key}`] as const)
}

/** The same feed with other values at these positions. */
export function changedFeed(feed: readonly FeedRecord[], isChanged: (index: number) => boolean, name: string): readonly FeedRecord[] {
  return feed.map(([key, value], index) => [key, isChanged(index) ? `${name} of ${key}` : value] as const)
}

/** So many changes, spread over the feed. */
export const spread = (changes: number, records: number) => (index: number): boolean => Math.floor(((index + 1) * changes) / records) > Math.floor((index * changes) / records)

/** As many positions, close together in the middle. */
export const inTheMiddle = (count: number, records: number): readonly number[] => Array.from({ length: count }, (_, index) => Math.floor(records / 2) + index)

/** Sizes of changes below and above the limit, in records; a small limit is not undercut by more than half of it. */
export function changeSizes(records: number, shareMax: number, margins: { readonly belowPoints: number; readonly abovePoints: number }): { readonly below: number; readonly above: number } {
  const below = Math.max(shareMax / 2, shareMax - margins.belowPoints / 100)
  const above = Math.min(1, shareMax + margins.abovePoints / 100)
  return { below: Math.round(below * records), above: Math.round(above * records) }
}

export function underRules(feed: readonly FeedRecord[], blocked: readonly string[], overridden: readonly FeedRecord[]): readonly FeedRecord[] {
  const values = new Map(overridden)
  return feed.filter(([key]) => !blocked.includes(key)).map(([key, value]) => [key, values.get(key) ?? value] as const)
}
