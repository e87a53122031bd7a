import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport, hostileText } from '../fixtures.js'
import { anchorOf, escapeHtml, fileLink, html, jsonForScript } from './markup.js'
import { reportAsHtml } from './page.js'

/** Start tags outside of script and style, as [name, attribute names]. */
function tagsOf(page: string): readonly (readonly [string, readonly string[]])[] {
  const markup = page.replace(/<(script|style)\b[^>]*>[^]*?<\/\1>/g, '<$1>')
  return [...markup.matchAll(/<([a-z][a-z0-9]*)((?:\s+[^\s=>]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(([, name = '', rest = '']) => [
    name.toLowerCase(),
    [...rest.matchAll(/([^\s=]+)(?:="[^"]*")?/g)].map(([, attribute = '']) => attribute),
  ])
}

describe('hostile text', () => {
  const page = reportAsHtml(hostileReport)
  const known = tagsOf(reportAsHtml(exampleReport))

  test('makes no element and no attribute that the plain report does not have', () => {
    const names = new Set(known.map(([name]) => name))
    const attributes = new Set(known.flatMap(([, ones]) => ones))
    for (const [name, ones] of tagsOf(page)) {
      expect(names).toContain(name)
      for (const one of ones) expect(attributes).toContain(one)
    }
  })
  test('leaves every < of the page to us', () => {
    const markup = page.replace(/<(script|style)\b[^>]*>[^]*?<\/\1>/g, '')
    expect(markup.match(/<(?!\/?[a-z]+\d?[\s>]|!doctype)/gi)).toBeNull()
    expect(page.match(/<script/g)).toHaveLength(3)
    expect(page.match(/<\/script>/g)).toHaveLength(3)
  })
  test('the embedded data is the report', () => {
    const data = /<script type="application\/json" id="report">([^]*?)<\/script>/.exec(page)?.[1] ?? ''
    expect(data).not.toMatch(/[<>&\u2028\u2029]/)
    expect(JSON.parse(data)).toEqual(hostileReport)
  })
  test('only relative addresses inside the run directory become links', () => {
    for (const [, address = ''] of page.matchAll(/href="([^"]*)"/g)) expect(address).toMatch(/^(#|\.\/)/)
    for (const path of ['javascript:alert(1)', '//host/x', '/etc/passwd', '../x', 'a/../../x', 'https://host/x', '']) {
      expect(fileLink(path, 'log').source).toMatch(/^log$|href="\.\/(javascript%3A)/)
    }
    expect(fileLink('scenarios/a b/history.ndjson', 'history').source).toBe('<a href="./scenarios/a%20b/history.ndjson">history</a>')
  })
})

describe('markup', () => {
  test('escapes every value, in text and in attributes', () => {
    expect(html`<p title="${'"><b>'}">${["<i>'&", html`<b>${1}</b>`, null, false]}</p>`.source).toBe('<p title="&quot;&gt;&lt;b&gt;">&lt;i&gt;&#39;&amp;<b>1</b></p>')
    expect(escapeHtml(hostileText)).not.toMatch(/[<>"'\u0000-\u0008\u001b\u202e]/)
  })
  test('a value that looks like a replacement pattern stays as it is', () => {
    expect(html`<p>${'$& $1 ${x}'}</p>`.source).toBe('<p>$&amp; $1 ${x}</p>')
  })
  test('anchors are words', () => {
    expect(anchorOf('DRAIN-03')).toBe('DRAIN-03')
    expect(anchorOf(hostileText)).toMatch(/^[\w-]+$/)
  })
  test('JSON for a script cannot end it', () => {
    expect(jsonForScript({ a: '</script><!--&\u2028\u2029' }).source).toBe('{"a":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029"}')
  })
})

describe('the page', () => {
  const textOf = (report: RunReport): string => reportAsHtml(report).replace(/<(script|style)\b[^]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

  test('forbids everything but its own script and style', () => {
    const page = reportAsHtml(exampleReport)
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'$/)
    expect(tagsOf(page).flatMap(([, attributes]) => attributes).filter((one) => one === 'style' || one === 'src' || /^on/i.test(one))).toEqual([])
  })
  test('begins with the verdict, the score with its coverage and level, and what to fix', () => {
    const text = textOf(exampleReport)
    const at = (part: string): number => {
      expect(text).toContain(part)
      return text.indexOf(part)
    }
    const places = [at('Not seaworthy: 2 MUST failed'), at('51 of 100'), at('75 %'), at('asked for: level 1'), at('3 failed'), at('What to fix first'), at('Areas'), at('What happened')]
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })
  test('shows everything that is known about a requirement', () => {
    const text = textOf(exampleReport)
    for (const requirement of exampleReport.requirements) {
      for (const part of [requirement.id, requirement.title, requirement.statement, requirement.summary, requirement.reproduce, ...requirement.defects.map(({ how }) => how)]) {
        expect(text).toContain(escapeHtml(part))
      }
    }
    expect(text).toContain('Waived until 2031-10-01 by orders team')
    expect(text).toContain('none of 150 95 % sure that at most 2 % fail')
  })
  test('a bound is never shown for anything but a pass', () => {
    const requirements = exampleReport.requirements.map((one) => ({ ...one, outcome: 'failed' as const }))
    expect(textOf({ ...exampleReport, requirements })).not.toContain('95 % sure')
  })
  test('relaxed thresholds are marked', () => {
    expect(reportAsHtml(exampleReport)).toMatch(/<code>grace_s<\/code> <span class="badge"/)
  })
  test.each([
    ['interrupted', emptyReport, 'The run was interrupted'],
    ['crashed', crashedReport, 'process group 4711 of replica-2 is still running'],
    ['without any requirement', emptyReport, 'No requirement was judged'],
  ])('says when a run is %s', (_, report, text) => {
    expect(textOf(report)).toContain(text)
    expect(reportAsHtml(report)).toContain('class="verdict tone-broken"')
  })
  test('a green run has nothing to fix', () => {
    expect(textOf(greenReport)).not.toContain('What to fix first')
  })
})
