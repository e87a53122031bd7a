import { exitCodes, SeaworthyError } from '../../core/errors.js'

/** What was asked for did not happen, and nothing was changed. */
export const notDone = (doing: string, found: string): SeaworthyError =>
  new SeaworthyError('SW_NOT_DONE', `while ${doing}: found ${found}`, { exitCode: exitCodes.notConclusive })
