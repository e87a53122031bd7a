import { singleFileReporter } from '../single-file-reporter.js'
import { reportAsHtml } from './page.js'

export const htmlReporter = singleFileReporter('html', { file: 'index.html', contents: 'one page for people, without network' }, reportAsHtml)
