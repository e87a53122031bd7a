import type { Reporter } from '../core/run-event.js'
import { htmlReporter } from './html/index-html.js'
import { jsonReporter } from './json.js'
import { junitReporter } from './junit.js'

export { createTerminal, type TerminalOptions } from './terminal.js'

/** Every reporter that writes files, by hand: what is not in this list does not exist. */
export const reporters: readonly Reporter[] = [htmlReporter, junitReporter, jsonReporter]
