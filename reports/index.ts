import type { Reporter } from '../core/run-event.js'
import { allureReporter } from './allure.js'
import { badgeReporter } from './badge.js'
import { htmlReporter } from './html/index-html.js'
import { jsonReporter } from './json.js'
import { junitReporter } from './junit.js'
import { markdownReporter } from './markdown.js'
import { sarifReporter } from './sarif.js'

export { comparisonText } from './comparison-text.js'
export { createEventStream } from './event-stream.js'
export { annotationsOf } from './github.js'
export { reportAsMarkdown } from './markdown.js'
export { createQuiet } from './quiet.js'
export { trendPage } from './html/trend-page.js'
export { requestTables, type EvidenceRequests } from './request-table.js'
export { createTerminal, type TerminalOptions } from './terminal.js'

/** Every reporter that writes files, by hand: what is not in this list does not exist. */
export const reporters: readonly Reporter[] = [htmlReporter, junitReporter, jsonReporter, sarifReporter, markdownReporter, badgeReporter, allureReporter]
