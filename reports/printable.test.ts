import { describe, expect, test } from 'vitest'
import { hostileText } from './fixtures.js'
import { oneLine, printable, withoutMarkers } from './printable.js'

describe('printable', () => {
  test.each([
    ['escape sequences', '\u001b[2J', '\\u001b[2J'],
    ['control characters of both blocks', '\u0000\u0007\u007f\u009b', '\\u0000\\u0007\\u007f\\u009b'],
    ['a carriage return that would overwrite the line', 'bad\rgood', 'bad\\u000dgood'],
    ['marks that turn the reading direction', 'a\u202eb\u2066c\u200f', 'a\\u202eb\\u2066c\\u200f'],
    ['lone surrogates and characters that are none', '\ud800x\udfff\uffff\ufdd0', '\ufffdx\ufffd\ufffd\ufffd'],
    ['line separators of all kinds', 'a\r\nb\u2028c\u2029d\u0085e', 'a\nb\nc\nd\ne'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected)
  })
  test('leaves ordinary text alone, in any script', () => {
    const text = 'line one\n\tline two – “ok” 漢字 👩‍🚒 áñ'
    expect(printable(text)).toBe(text)
  })
  test('holds only characters that XML 1.0 allows', () => {
    expect(printable(hostileText)).not.toMatch(/[^\t\n\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u)
  })
})

test('oneLine is one line', () => {
  expect(oneLine(' a \n\n b\tc\r\nd ')).toBe('a ↵ b c ↵ d')
})

test('markers of CI servers are broken up, other brackets are not', () => {
  expect(withoutMarkers('##[error] ##vso[a] ##teamcity[b] [[ATTACHMENT|x]] [[ attachment|x]] ::error::a\n  ::set-env name=a::b')).not.toMatch(/##\w*\[|(^|\s)::|\[\[\s*attachment/i)
  expect(withoutMarkers('## heading [1] [[2]] a##b std::string [::1]:80')).toBe('## heading [1] [[2]] a##b std::string [::1]:80')
})
