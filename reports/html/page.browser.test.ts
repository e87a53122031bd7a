import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunReport } from '../../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport } from '../fixtures.js'
import { browserArguments as args, browserPath as executablePath } from './browser.test-support.js'
import { contrastProblems } from './contrast.test-support.js'
import { reportAsHtml } from './page.js'


describe.runIf(executablePath !== undefined)('in a browser', () => {
  let directory: string
  let context: BrowserContext
  const problems: string[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'seaworthy-page-'))
    context = await launch('profile', true)
  })
  afterAll(async () => {
    await context?.close()
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  })

  const launch = (profile: string, javaScriptEnabled: boolean): Promise<BrowserContext> =>
    chromium.launchPersistentContext(join(directory, profile), { executablePath: executablePath!, args, headless: true, javaScriptEnabled })

  /** Opens a report from a file and notes everything that a quiet page does not do. */
  async function open(report: RunReport, from: BrowserContext = context): Promise<Page> {
    const path = join(directory, 'index.html')
    await writeFile(path, reportAsHtml(report))
    const address = pathToFileURL(path).href
    const page = await from.newPage()
    problems.length = 0
    page.on('console', (message) => problems.push(`console: ${message.text()}`))
    page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
    page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`))
    page.on('request', (request) => request.url() === address || problems.push(`request: ${request.url()}`))
    await page.goto(address)
    return page
  }
  const visibleCards = (page: Page): Promise<string[]> => page.locator('.card:visible').evaluateAll((cards) => cards.map(({ id }) => id))

  test.each([
    ['the example', exampleReport],
    ['a green run', greenReport],
    ['a run without requirements', emptyReport],
    ['a crashed run', crashedReport],
    ['hostile text', hostileReport],
  ])('%s opens from a file without an error, a request or a broken rule', async (_, report) => {
    const page = await open(report)
    await page.mouse.move(300, 300)
    expect(problems).toEqual([])
    expect(await page.evaluate('typeof globalThis.owned')).toBe('undefined')
    expect(await page.evaluate('document.scripts.length')).toBe(3)
    expect(await page.locator('h1').innerText()).not.toBe('')
    await page.close()
  })

  test.each([
    ['the example', exampleReport],
    ['hostile text', hostileReport],
  ])('%s is never wider than the window', async (_, report) => {
    const page = await open(report)
    await page.locator('#open-all').click()
    for (const width of [320, 390, 768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    }
    await page.close()
  })

  test.each(['light', 'dark'] as const)('text can be told from its background in %s colours', async (colorScheme) => {
    const page = await open(exampleReport)
    await page.emulateMedia({ colorScheme })
    await page.locator('#open-all').click()
    expect(await page.evaluate(contrastProblems)).toEqual([])
    await page.close()
  })

  test('filters by outcome, area and text', async () => {
    const page = await open(exampleReport)
    await page.getByRole('button', { name: 'failed' }).click()
    expect(await visibleCards(page)).toEqual(['DRAIN-03', 'DRAIN-06', 'RDND-03'])
    await page.getByRole('button', { name: 'missing' }).click()
    await page.locator('select[name=area]').selectOption('RDND')
    expect(await visibleCards(page)).toEqual(['RDND-03', 'RDND-07'])
    await page.locator('input[name=text]').fill('liveness endpoint')
    expect(await visibleCards(page)).toEqual(['RDND-07'])
    expect(await page.locator('#shown').innerText()).toBe('1 of 13')
    await page.locator('input[name=text]').fill('no such words')
    expect(await page.locator('#no-match').isVisible()).toBe(true)
    await page.close()
  })

  test('a link shows a card that the filter had hidden, and a count shows its requirements', async () => {
    const page = await open(exampleReport)
    await page.locator('.count.o-passed').click()
    expect(await visibleCards(page)).toEqual(['START-01', 'START-04', 'DRAIN-01', 'RDND-01', 'RDND-02'])
    await page.locator('.fix a', { hasText: 'RDND-07' }).click()
    await page.locator('#RDND-07[open]').waitFor()
    expect(await visibleCards(page)).toContain('RDND-07')
    await page.close()
  })

  test('a fragment opens its card', async () => {
    const page = await open(exampleReport)
    await page.goto(`${page.url()}#RDND-01`)
    await page.locator('#RDND-01[open]').waitFor()
    await page.close()
  })

  test('the timeline tells its numbers to the pointer and to the keyboard', async () => {
    const page = await open(exampleReport)
    const chart = page.locator('.chart').first()
    await chart.scrollIntoViewIfNeeded()
    const box = (await chart.locator('svg').boundingBox())!
    const left = Number(await chart.getAttribute('data-left'))
    const right = Number(await chart.getAttribute('data-right'))
    // The middle of the bucket that begins at 32.5 s, of a drawing that ends at 74 s.
    await page.mouse.move(box.x + box.width * (left + (32.75 / 74) * (right - left)), box.y + box.height - 60)
    const tip = chart.locator('.tip')
    expect((await tip.innerText()).split('\n').slice(0, 4)).toEqual(['32.5 s to 33.0 s', '49 answered', '0 refused', '2 lost'])
    await page.mouse.move(0, 0)
    expect(await tip.isVisible()).toBe(false)

    const scrub = chart.locator('.scrub')
    await scrub.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await tip.innerText()).toContain('1.0 s to 1.5 s')
    expect(await scrub.getAttribute('aria-valuetext')).toContain('1.0 s to 1.5 s')
    await page.close()
  })

  test('the command can be copied', async () => {
    const page = await open(exampleReport)
    const button = page.locator('#DRAIN-03 .copy')
    await button.click()
    await page.locator('#DRAIN-03 .copy', { hasText: 'Copied' }).waitFor()
    await page.locator('input[name=text]').focus()
    await page.keyboard.press('Control+V')
    expect(await page.locator('input[name=text]').inputValue()).toContain('--only DRAIN-03 --profile standard --random-seed 271828')
    await page.close()
  })

  test('printing opens every card and closes it again', async () => {
    const page = await open(exampleReport)
    const closed = (): Promise<number> => page.locator('details:not([open])').count()
    const before = await closed()
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`)
    expect(await closed()).toBe(0)
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`)
    expect(await closed()).toBe(before)
    expect(before).toBeGreaterThan(0)
    await page.close()
  })

  test('everything can be read without script', async () => {
    const withoutScript = await launch('profile-without-script', false)
    const page = await open(exampleReport, withoutScript)
    expect(await page.locator('.card').count()).toBe(exampleReport.requirements.length)
    expect(await page.locator('.filter').isVisible()).toBe(false)
    expect(await page.locator('#START-01 .body').isVisible()).toBe(false)
    await page.locator('#START-01 summary').first().click()
    expect(await page.locator('#START-01 .body').isVisible()).toBe(true)
    await withoutScript.close()
  })
})
