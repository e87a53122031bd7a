import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../core/run-event.js'
import type { RunReport } from '../core/run-report.js'
import { crashedReport, emptyReport, exampleReport, greenReport, hostileReport, hostileText } from './fixtures.js'
import { createTerminal } from './terminal.js'
import { VirtualScreen } from './terminal/virtual-screen.test-support.js'

const scenario = 'queue-draining/one-replica-drains'
const started: RunEvent = {
  type: 'run-started', runId: 'r1', service: 'orders', driver: 'process', profile: 'standard', directory: 'seaworthy-runs/r1', randomSeed: 42, expectedMs: 75_000,
  scenarios: [{ id: scenario, title: 'Draining is invisible', expectedMs: 75_000 }, { id: 'redundancy/any', title: 'Any one can be lost', expectedMs: 60_000 }],
}
const begun: RunEvent = { type: 'scenario-started', scenario }
const step = (message: string): RunEvent => ({ type: 'step', scenario, message, atMs: 0 })
const progress = (requests: number, lost: number): RunEvent => ({ type: 'progress', scenario, elapsedMs: 0, requests, lost })
const passed: RunEvent = { type: 'verdict', scenario, requirement: 'DRAIN-01', title: 'Health check fails', outcome: 'passed', summary: 'after 210 ms' }
const failed: RunEvent = { type: 'verdict', scenario, requirement: 'DRAIN-03', title: 'In-flight requests are completed', outcome: 'failed', summary: '3 of 30 were lost' }
const ended: RunEvent = { type: 'scenario-ended', scenario, durationMs: 80_000, incomplete: null }
const finished = (report: RunReport): RunEvent => ({ type: 'run-ended', report })

interface Played {
  readonly screen: VirtualScreen
  readonly terminal: ReturnType<typeof createTerminal>
  /** Advances the clock of the terminal and sends the event. */
  readonly play: (event: RunEvent, atMs?: number) => void
}
function terminalOf(options: { readonly isTTY: boolean; readonly columns?: number; readonly color?: boolean }): Played {
  let nowMs = 0
  const screen = new VirtualScreen(options.columns ?? 100)
  const terminal = createTerminal({ stream: screen, color: false, environment: {}, now: () => nowMs, columns: screen.columns, ...options })
  const play = (event: RunEvent, atMs = nowMs): void => {
    nowMs = atMs
    terminal.onEvent(event)
  }
  return { screen, terminal, play }
}

describe('on a terminal', () => {
  test('shows the running scenario with its step, time, requests and losses, and draws it over', () => {
    const { screen, play, terminal } = terminalOf({ isTTY: true })
    play(started)
    play(begun)
    play(step('draining replica-1'))
    play(progress(1204, 3))
    play(step('draining replica-2'), 41_000)
    const text = screen.text()
    expect(text).toContain('2 scenarios, about 1 min 15 s')
    expect(text).toMatch(/queue-draining\/one-replica-drains 0:41 \/ 1:15 .*1204 requests, 3 lost/)
    expect(text).toContain('draining replica-2')
    expect(text).not.toContain('draining replica-1')
    expect(text).toMatch(/0 of 2 scenarios {2}0:41, about 1:34 left/)
    expect(text.split('\n').filter((line) => line.includes('one-replica-drains'))).toHaveLength(1)
    terminal.close()
  })

  test('verdicts stay above the live block, in their order', () => {
    const { screen, play, terminal } = terminalOf({ isTTY: true })
    for (const event of [started, begun, step('draining'), passed, failed]) play(event)
    const lines = screen.text().split('\n')
    const at = (text: string): number => lines.findIndex((line) => line.includes(text))
    expect(at('✓ DRAIN-01  Health check fails')).toBeGreaterThan(at('seed 42'))
    expect(at('✗ DRAIN-03')).toBe(at('✓ DRAIN-01') + 1)
    expect(lines[at('✗ DRAIN-03') + 1]).toContain('failed: 3 of 30 were lost')
    expect(at('0 of 2 scenarios')).toBeGreaterThan(at('failed: 3 of 30'))
    terminal.close()
  })

  test('hides the cursor while it draws and gives it back, with nothing of the live block left', () => {
    const { screen, play, terminal } = terminalOf({ isTTY: true })
    play(started)
    play(begun)
    expect(screen.isCursorVisible).toBe(false)
    const listeners = process.listenerCount('exit')
    terminal.close()
    terminal.close()
    expect(screen.isCursorVisible).toBe(true)
    expect(screen.text()).not.toContain('scenarios  ')
    expect(process.listenerCount('exit')).toBe(listeners - 1)
  })

  test('the end of the run closes it by itself', () => {
    const { screen, play } = terminalOf({ isTTY: true })
    for (const event of [started, begun, ended, finished(exampleReport)]) play(event)
    expect(screen.isCursorVisible).toBe(true)
    expect(screen.text()).toContain('seaworthy-runs/r1/index.html')
  })

  test.each([24, 40, 79, 80, 200])('no live line is broken by a terminal of %i columns', (columns) => {
    const { screen, play, terminal } = terminalOf({ isTTY: true, columns })
    for (const event of [started, begun]) play(event)
    play(step(`漢字漢字 👩‍🚒 ${'long '.repeat(60)}`))
    const before = screen.text().split('\n').length
    for (let count = 0; count < 20; count++) play(step(`step ${count} ${'x'.repeat(300)}`))
    expect(screen.text().split('\n')).toHaveLength(before)
    expect(screen.overflows).toBe(0)
    terminal.close()
  })

  test('a terminal that became narrower is still cleared whole', () => {
    let columns = 120
    const screen = new VirtualScreen(60)
    const stream = { write: (text: string) => screen.write(text), get columns() { return columns } }
    const terminal = createTerminal({ stream, isTTY: true, color: false, environment: {}, now: () => 0 })
    for (const event of [started, begun, step('x'.repeat(110))]) terminal.onEvent(event)
    columns = 60
    for (const event of [step('short'), step('shorter')]) terminal.onEvent(event)
    expect(screen.text()).not.toContain('xxxxx')
    expect(screen.text().match(/scenarios {2}/g)).toHaveLength(1)
    terminal.close()
  })
})

describe('in a log', () => {
  test('one line an event, without escape codes', () => {
    const { screen, play } = terminalOf({ isTTY: false })
    play(started)
    for (const event of [begun, step('draining replica-1'), progress(5, 0), failed, ended]) play(event, 12_000)
    expect(screen.written.split('\n').slice(5)).toEqual([
      `[ 0:12] ${scenario}: started`,
      `[ 0:12] ${scenario}: draining replica-1`,
      '[ 0:12] ✗ failed DRAIN-03 In-flight requests are completed: 3 of 30 were lost',
      `[ 0:12] ${scenario}: took 1 min 20 s`,
      '',
    ])
    expect(screen.written).not.toContain('\u001b')
  })

  test('a long silence is broken once a minute', () => {
    const { screen, play } = terminalOf({ isTTY: false })
    play(started)
    play(step('waiting'))
    for (let atMs = 1_000; atMs <= 130_000; atMs += 1_000) play(progress(atMs / 100, 0), atMs)
    expect(screen.written.match(/requests, 0 lost/g)).toHaveLength(2)
  })

  test.each([
    [{ CI: 'true' }, true, false, false],
    [{ CI: 'false' }, true, true, true],
    [{ NO_COLOR: '1' }, true, true, false],
    [{ NO_COLOR: '' }, true, true, true],
    [{ TERM: 'dumb' }, true, false, false],
    [{ CI: '1', FORCE_COLOR: '1' }, true, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, false, true],
    [{ FORCE_COLOR: '0' }, true, true, false],
    [{}, false, false, false],
  ])('environment %j on a terminal (%s): redraws %s, colours %s', (environment, isTTY, redraws, colors) => {
    const screen = new VirtualScreen(100)
    const stream = { write: (text: string) => screen.write(text), isTTY }
    const terminal = createTerminal({ stream, environment })
    for (const event of [started, begun, failed]) terminal.onEvent(event)
    terminal.close()
    expect(screen.written.includes('\u001b[?25l')).toBe(redraws)
    expect(screen.written.includes('\u001b[31m')).toBe(colors)
  })
})

describe('the summary', () => {
  const summary = (report: RunReport, columns = 100): string => {
    const { screen, play } = terminalOf({ isTTY: false, columns })
    play(started)
    play(finished(report))
    return screen.text()
  }
  test('names what to fix first by weight, with remedy and command', () => {
    const text = summary(exampleReport, 140)
    expect(text.indexOf('DRAIN-03  In-flight')).toBeLessThan(text.indexOf('RDND-03  A replica'))
    expect(text).toContain('→ Stop accepting new work')
    expect(text).toContain('$ seaworthy run services/orders/seaworthy.yaml --only DRAIN-03 --profile standard --random-seed 271828')
    expect(text).not.toMatch(/✗ DRAIN-06/) // waived, and a SHOULD
  })
  test('shows score, coverage, level and verdict together', () => {
    const text = summary(exampleReport)
    expect(text).toMatch(/Score \d+ of 100 at \d+ % coverage, no level reached \(asked for: level 1\)/)
    expect(text).toContain('✗ Not seaworthy: 2 MUST failed or missing (DRAIN-03, RDND-03)')
  })
  test('a green run has nothing to fix', () => {
    expect(summary(greenReport)).toContain('✓ Seaworthy: every MUST that was selected holds')
    expect(summary(greenReport)).not.toContain('fix first')
  })
  test('an interrupted run without requirements says so', () => {
    const text = summary(emptyReport)
    expect(text).toContain('Nothing was judged at 0 % coverage')
    expect(text).toContain('! The run was interrupted')
    expect(text).not.toContain('✓')
  })
  test('what was not put back is named', () => {
    expect(summary(crashedReport)).toContain('process group 4711 of replica-2 is still running')
  })
})

describe('hostile text', () => {
  test.each([true, false])('moves no cursor, forges no line and wakes no CI server (terminal: %s)', (isTTY) => {
    const { screen, play, terminal } = terminalOf({ isTTY })
    play(started)
    for (const event of [begun, step(hostileText), { ...failed, summary: hostileText, title: hostileText }, { type: 'warning', message: hostileText } as const, { ...ended, incomplete: hostileText }]) play(event)
    terminal.close()
    play(finished(hostileReport))
    expect(screen.unknownControls).toEqual([])
    expect(screen.written).not.toMatch(/##\[|##vso\[|##teamcity\[|[\u202a-\u202e\u2066-\u2069]/)
    expect(screen.text().split('\n').filter((line) => /^\s*::/.test(line))).toEqual([])
  })
})

test('a line that breaks inside a word does not begin with a marker', () => {
  for (let length = 84; length < 98; length++) {
    const { screen, play } = terminalOf({ isTTY: false })
    play(started)
    const [first] = exampleReport.requirements
    play(finished({ ...exampleReport, requirements: [{ ...first!, outcome: 'failed', summary: `${'x'.repeat(length)}::error::owned` }] }))
    expect(screen.written).not.toMatch(/^\s*::/m)
  }
})

describe('a stream that fails', () => {
  test.each([true, false])('never throws and falls silent (terminal: %s)', async (isTTY) => {
    let writes = 0
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        writes += 1
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    const terminal = createTerminal({ stream, isTTY, environment: {} })
    for (const event of [started, begun]) terminal.onEvent(event)
    await new Promise((resolve) => setImmediate(resolve))
    const before = writes
    for (const event of [passed, failed, finished(exampleReport)]) terminal.onEvent(event)
    terminal.close()
    expect(writes).toBe(before)
  })
  test('a write that throws does not reach the run', () => {
    const stream = { write: () => { throw new Error('EPIPE') } }
    const terminal = createTerminal({ stream, isTTY: true, environment: {} })
    expect(() => [started, begun, failed, finished(exampleReport)].forEach((event) => terminal.onEvent(event))).not.toThrow()
  })
})
