import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noWayForNobody } from './way-for-nobody.js'

let folder: string
let below: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-test-way-'))
  below = join(folder, 'below')
  mkdirSync(below)
  chmodSync(below, 0o711)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('root is told of the folder that nobody cannot get through, be it above', () => {
  chmodSync(folder, 0o700)
  expect(noWayForNobody(0, below)).toContain(`cannot get through ${folder} to the folder for temporary files ${below}`)
  expect(noWayForNobody(0, folder)).toContain(`cannot get through ${folder}`)
})

test('a folder that others may pass is enough, they need not list it', () => {
  chmodSync(folder, 0o711)
  expect(noWayForNobody(0, below)).toBeUndefined()
})

test('who is not root runs the database as himself', () => {
  chmodSync(folder, 0o700)
  expect(noWayForNobody(1_000, below)).toBeUndefined()
})

test('a folder that is not there is for others to tell', () => {
  expect(noWayForNobody(0, join(folder, 'missing'))).toBeUndefined()
})
