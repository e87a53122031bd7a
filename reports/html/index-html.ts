import { join } from 'node:path'
import type { Reporter } from '../../core/run-event.js'
import { writeAtomically } from '../atomic-write.js'
import { reportAsHtml } from './page.js'
import { collectTraces } from './trace.js'

export const htmlReporter: Reporter = {
  name: 'html',
  description: 'index.html: one page for people, without network',
  async write(report, directory, historyOf = () => undefined) {
    const path = join(directory, 'index.html')
    await writeAtomically(path, reportAsHtml(report, collectTraces(report, historyOf)))
    return [path]
  },
}
