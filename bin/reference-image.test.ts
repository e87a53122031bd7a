import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { contentDigest } from '../drivers/docker/image-content.js'
import { otherContent } from './reference-image.js'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-content-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  mkdirSync(join(path, 'programs'))
  writeFileSync(join(path, 'programs', 'server.js'), 'serve()')
  return path
}

test('the same files have the same digest wherever they are; other bytes or another name have another one', () => {
  const [one, other] = [folder(), folder()]
  const digest = contentDigest([one])
  writeFileSync(join(other, 'programs', 'server.js.v20.20.0-x64.code-cache'), 'compiled')
  expect(contentDigest([other])).toBe(digest)
  writeFileSync(join(other, 'programs', 'server.js'), 'serve( )')
  expect(contentDigest([other])).not.toBe(digest)
  writeFileSync(join(one, 'programs', 'more.js'), '')
  expect(contentDigest([one])).not.toBe(digest)
})

test('an image from other files, or from nobody knows what, is not the reference service of this package', () => {
  expect(otherContent('reference', 'a', 'a')).toBeUndefined()
  expect(otherContent('reference', 'b', 'a')).toContain('another version')
  expect(otherContent('reference', undefined, 'a')).toContain('image build')
})
