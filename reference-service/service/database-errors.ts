import { OutcomeUnknown, Unavailable } from './errors.js'

/** The server ended the connection by itself, in the middle of a statement or not. */
const serverEndedConnection = new Set(['57P01', '57P02', '57P05'])
/** The server cannot take statements now, or not this kind: 25006 is a write sent to a standby. */
const serverRefused = new Set(['57P03', '53300', '25006'])

const sqlState = (error: unknown): string | undefined => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

export const undefinedTable = '42P01'
export const uniqueViolation = '23505'
export const checkViolation = '23514'
export const foreignKeyViolation = '23503'
export const hasSqlState = (error: unknown, ...states: readonly string[]): boolean => states.includes(sqlState(error) ?? '')

/** Whether the connection is unusable after this error. */
export const breaksConnection = (error: unknown): boolean => {
  const state = sqlState(error)
  return state === undefined || serverEndedConnection.has(state) || serverRefused.has(state)
}

/**
 * What a failed statement means for its effect. A statement that was answered with an error had none; one that was
 * not answered may have had it.
 */
export function statementFailure(error: unknown): unknown {
  const state = sqlState(error)
  const { message } = error as Error
  if (state === undefined || serverEndedConnection.has(state)) {
    return new OutcomeUnknown(`no answer from the database: ${message}`, { cause: error })
  }
  if (serverRefused.has(state) || state.startsWith('40') || state === '57014') {
    return new Unavailable(`the database refused: ${message}`, { cause: error })
  }
  return error
}
