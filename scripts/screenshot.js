// Takes pictures of a report: node scripts/screenshot.js REPORT.html OUT.png [--dark] [--full] [--height N]
import { parseArgs } from 'node:util'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { dark: { type: 'boolean', default: false }, full: { type: 'boolean', default: false }, height: { type: 'string', default: '900' }, top: { type: 'string', default: '0' } } })
const [report, picture] = positionals
if (report === undefined || picture === undefined) throw new Error('name a report and a picture')
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: Number(values.height) }, colorScheme: values.dark ? 'dark' : 'light' })
  await page.goto(pathToFileURL(resolve(report)).href)
  await page.evaluate((top) => window.scrollTo(0, top), Number(values.top))
  await page.screenshot({ path: picture, fullPage: values.full })
} finally {
  await browser.close()
}
