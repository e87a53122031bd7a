import { defective } from '../defects.js'

/**
 * How a release stores a record. While replicas of two releases work side by side each reads what the other wrote:
 * format 2 adds a checksum beside the value, which format 1 ignores, and takes a record without one as it is.
 */
export interface RecordFormat {
  readonly columns: string
  /** Columns and values of an insert beside key ($1) and value ($2). */
  readonly moreColumns: string
  readonly moreValues: string
  readonly moreUpdates: string
  /** What stands in the column `value`. */
  encode(value: unknown): string
  decode<T extends Stored>(row: T): Omit<T, 'intact'>
}
interface Stored {
  readonly value: unknown
  readonly intact?: boolean
}

const columns = 'key, value, version::int as version'

const formatOne: RecordFormat = {
  columns,
  moreColumns: '',
  moreValues: '',
  moreUpdates: '',
  encode: (value) => JSON.stringify(value),
  decode: (row) => row,
}

const formatTwo: RecordFormat = {
  columns: `${columns}, (checksum is null or checksum = md5(value::text)) as intact`,
  moreColumns: ', checksum',
  moreValues: ', md5($2::jsonb::text)',
  moreUpdates: 'checksum = excluded.checksum,',
  // The defect: the value is moved into an envelope that only this release opens.
  encode: (value) => JSON.stringify(defective('upgr.new-format-unreadable') ? { format: 2, content: value } : value),
  decode: ({ intact, ...row }) => {
    if (intact === false) throw new Error('the checksum of a record is not that of its value')
    return defective('upgr.new-format-unreadable') ? { ...row, value: opened(row.value) } : row
  },
}

function opened(value: unknown): unknown {
  const isEnvelope = typeof value === 'object' && value !== null && 'content' in value && 'format' in value
  return isEnvelope ? value.content : value
}

export const recordFormats: Readonly<Record<1 | 2, RecordFormat>> = { 1: formatOne, 2: formatTwo }
