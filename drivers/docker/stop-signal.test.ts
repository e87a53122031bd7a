import { expect, test } from 'vitest'
import { ownStopOf } from './stop-signal.js'

test.each([
  [{ StopSignal: 'SIGQUIT', StopTimeout: 60 }, { signal: 'SIGQUIT', graceMs: 60_000 }],
  [{ StopSignal: 'WINCH', StopTimeout: 0 }, { signal: 'SIGWINCH', graceMs: 0 }],
  [{ StopSignal: 'sigquit' }, { signal: 'SIGQUIT', graceMs: 10_000 }],
  [{ StopSignal: '2' }, { signal: 'SIGINT', graceMs: 10_000 }],
  [{ StopSignal: 'SIGRTMIN+3' }, { signal: 'SIGTERM', graceMs: 10_000 }],
  [{ StopSignal: '', StopTimeout: null }, { signal: 'SIGTERM', graceMs: 10_000 }],
  [{}, { signal: 'SIGTERM', graceMs: 10_000 }],
])('%j', (config, stop) => expect(ownStopOf(config)).toEqual(stop))
