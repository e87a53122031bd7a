import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** uPlot (MIT), a chart for large time series: it has no dependency and fits into the page whole. */
const folder = dirname(createRequire(import.meta.url).resolve('uplot'))

export const plotLibrary = readFileSync(join(folder, 'uPlot.iife.min.js'), 'utf8')
export const plotLibraryStyles = readFileSync(join(folder, 'uPlot.min.css'), 'utf8')
