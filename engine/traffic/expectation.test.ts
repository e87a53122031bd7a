import { describe, expect, test } from 'vitest'
import { CompiledOperation } from './expectation.js'
import { KeyStore, valueOf } from './keys.js'
import { keptBytesMax, readBytesMax, ReceivedBody } from './received-body.js'
import { operation } from './scripted-server.fixture.js'
import { atPointer } from './template.js'

function bodyOf(text: string): ReceivedBody {
  const body = new ReceivedBody(true)
  body.add(Buffer.from(text))
  return body
}

describe('filling', () => {
  const compiled = new CompiledOperation(
    operation('all', { method: 'POST', path: '/items/{key}?ms={durationMs}&t={token}', headers: { authorization: 'Bearer {token}' }, body: { key: '{key}', list: ['{value}', '{other}'], n: 3 } }),
  )
  const filled = compiled.fill({ key: 'a/b', value: 'say "x"', durationMs: 250, token: 't&1' })
  test('a path is escaped', () => expect(filled.path).toBe('/items/a%2Fb?ms=250&t=t%261'))
  test('a header is not, and JSON is announced', () => expect(filled.headers).toEqual({ authorization: 'Bearer t&1', 'content-type': 'application/json' }))
  test('a body is JSON, other braces stay', () => expect(JSON.parse(filled.body!)).toEqual({ key: 'a/b', list: ['say "x"', '{other}'], n: 3 }))
  test('knows what it needs', () => expect([...compiled.placeholders].sort()).toEqual(['durationMs', 'key', 'other', 'token', 'value']))
})

describe('judging an answer', () => {
  const json = new CompiledOperation(operation('json', { expect: { status: [200, 201], json: { '/item/value': '{value}', '/list/1': 2, '/none': null } } }))
  const right = { item: { value: 'v' }, list: [1, 2], none: null }
  const problem = (document: unknown, status = 200): string | undefined => json.problem(status, bodyOf(JSON.stringify(document)), { value: 'v' })?.text
  test.each([
    ['all as promised', right, 200, undefined],
    ['another promised status', right, 201, undefined],
    ['another status', right, 202, 'status 202, expected 200 or 201'],
    ['another value', { ...right, item: { value: 'w' } }, 200, '/item/value is "w", expected "v"'],
    ['another type', { ...right, list: [1, '2'] }, 200, '/list/1 is "2", expected 2'],
    ['nothing where null must stand', { item: right.item, list: right.list }, 200, '/none is nothing, expected null'],
    ['an empty document', {}, 200, '/item/value is nothing, expected "v"'],
  ])('%s', (_name, document, status, expected) => expect(problem(document, status)).toBe(expected))
  test('no JSON at all', () => expect(json.problem(200, bodyOf('<html>'), {})?.text).toContain('not JSON'))
  test('JSON too long to be read whole', () => expect(json.problem(200, bodyOf(JSON.stringify({ ...right, pad: 'x'.repeat(keptBytesMax) })), { value: 'v' })?.of).toBe('content'))
  test('no list of statuses means any 2xx', () => {
    const any = new CompiledOperation(operation('any'))
    expect(any.problem(204, bodyOf(''), {})).toBeUndefined()
    expect(any.problem(302, bodyOf(''), {})?.of).toBe('status')
  })
  test('an ending, also of a body that is too long to keep', () => {
    const page = new CompiledOperation(operation('page', { expect: { status: [], json: {}, bodyEndsWith: 'end {key}' } }))
    expect(page.problem(200, bodyOf(`${'x'.repeat(2 * keptBytesMax)}end k`), { key: 'k' })).toBeUndefined()
    expect(page.problem(200, bodyOf('end k.'), { key: 'k' })?.of).toBe('content')
    expect(page.problem(200, bodyOf(''), { key: 'k' })?.of).toBe('content')
  })
})

test('JSON pointers follow RFC 6901 and never find what is inherited', () => {
  const document = { 'a/b': { '~': [7] } }
  expect(atPointer(document, '/a~1b/~0/0')).toBe(7)
  expect(atPointer(document, '')).toBe(document)
  expect(atPointer(document, '/toString')).toBeUndefined()
})

test('a body without end is given up, and little of it is kept', () => {
  const body = new ReceivedBody(true)
  const chunk = Buffer.alloc(1_048_576)
  let added = 0
  while (body.add(chunk)) added += 1
  expect(added * chunk.length).toBe(readBytesMax)
  expect(body.text().length).toBeLessThanOrEqual(keptBytesMax)
})

describe('keys', () => {
  const store = (): KeyStore => new KeyStore({ runKey: 'r1', visibleAfterMs: 100, random: () => 0.999 })
  test('are never the same, and fit into a path', () => {
    const keys = store()
    const made = [keys.newKey('load'), keys.newKey('load'), keys.newKey('odd load/é')]
    expect(new Set(made).size).toBe(3)
    expect(made.every((key) => /^sw-r1-[A-Za-z0-9-]+-\d+$/.test(key))).toBe(true)
  })
  test('can be read only when the lag is over', () => {
    const keys = store()
    keys.acknowledged('k', 1_000)
    expect(keys.known(1_099)).toBeUndefined()
    expect(keys.known(1_100)).toBe('k')
  })
  test('are kept in bounded number', () => {
    const keys = store()
    for (let n = 0; n < 40_000; n++) keys.acknowledged(`k${n}`, n)
    expect(keys.knownCount(100_000)).toBe(10_000)
    expect(keys.known(100_000)).toBeDefined()
  })
  test('have values of their own', () => {
    const values = Array.from({ length: 5_000 }, (_none, n) => valueOf(`sw-r1-load-${n}`))
    expect(new Set(values).size).toBe(5_000)
    expect(valueOf('sw-r1-load-1')).toBe(values[1])
  })
})

describe('degraded answers', () => {
  const promised = { status: [], json: { '/key': '{key}', '/reviews/0': 'good' } }
  const by = (marker: { readonly header: string } | { readonly pointer: string }) =>
    new CompiledOperation(operation('page', { expect: { ...promised, degraded: { marker, json: { '/key': '{key}' } } } }))
  const inBody = by({ pointer: '/missing' })
  test.each([
    [{ missing: ['reviews'] }, true],
    [{ missing: true }, true],
    [{ missing: 'reviews' }, true],
    [{ missing: [] }, false],
    [{ missing: '' }, false],
    [{ missing: false }, false],
    [{ missing: null }, false],
    [{}, false],
  ])('%j is marked: %s', (document, marked) => expect(inBody.marked({}, bodyOf(JSON.stringify(document)))).toBe(marked))
  test('a header', () => {
    const byHeader = by({ header: 'x-degraded' })
    expect(byHeader.marked({ 'x-degraded': 'reviews' }, bodyOf('x'))).toBe(true)
    expect(byHeader.marked({ 'x-degraded': 'false' }, bodyOf('x'))).toBe(false)
    expect(byHeader.marked({}, bodyOf('x'))).toBe(false)
  })
  test('the body is read for the marker, and no marker means no degraded answer', () => {
    expect(inBody.readsBody).toBe(true)
    expect(new CompiledOperation(operation('plain', { expect: { status: [], json: {} } })).marked({ 'x-degraded': '1' }, bodyOf('{}'))).toBe(false)
  })
  test('a marked answer promises less, but not nothing', () => {
    const body = bodyOf(JSON.stringify({ key: 'k', missing: ['reviews'] }))
    expect(inBody.problem(200, body, { key: 'k' }, true)).toBeUndefined()
    expect(inBody.problem(200, body, { key: 'other' }, true)?.of).toBe('content')
    expect(inBody.problem(200, body, { key: 'k' }, false)?.of).toBe('content')
  })
})
