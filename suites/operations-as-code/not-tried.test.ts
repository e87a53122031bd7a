import { expect, test } from 'vitest'
import type { Capability } from '../../core/requirement.js'
import type { LeftAlone } from '../../core/scenario.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { BeyondTrial } from './declared-tasks.js'
import { notTried } from './not-tried.js'

const untried = (service: object, refused: Partial<Record<Capability, LeftAlone>> = {}): readonly BeyondTrial[] =>
  notTried({ service: { lifecycle: {}, ...service } as unknown as ServiceDescriptor, leftAlone: (capability) => refused[capability] })
const setting = { name: 'title' }
const asWell = (what: string): string => `that takes ${what} as well, which the descriptor does not declare`

test('what can be tried is not among them', () => {
  const service = { lifecycle: { drain: { endsInExit: false }, undrain: {}, upgrade: { rollOut: {} } }, config: { archive: {}, apply: {}, restore: {}, settings: [setting] }, backup: {}, toggles: { features: [{}] } }
  expect(untried(service)).toEqual([])
})

test('what is declared without what shows its effect is, and the descriptor may say it', () => {
  expect(untried({ config: { apply: {}, restore: {}, settings: [] } })).toEqual(['config.apply', 'config.restore'].map((name) => ({ name, reason: asWell('config.archive and a setting in config.settings'), mayBeDeclared: true })))
  expect(untried({ config: { archive: {}, restore: {}, settings: [] } })).toEqual([{ name: 'config.restore', reason: asWell('a setting in config.settings'), mayBeDeclared: true }])
  expect(untried({ toggles: { features: [] } })).toEqual([{ name: 'toggles.set', reason: asWell('a feature in toggles.features'), mayBeDeclared: true }])
  expect(untried({ lifecycle: { undrain: {} } })).toEqual([{ name: 'undrain', reason: asWell('lifecycle.drain'), mayBeDeclared: true }])
})

test('a drain that ends in an exit leaves nothing to look at, and nothing could be declared', () => {
  expect(untried({ lifecycle: { drain: { endsInExit: true }, undrain: {} } })).toMatchObject([{ name: 'drain', mayBeDeclared: false }, { name: 'undrain', mayBeDeclared: false }])
})

test('what the driver leaves alone has its reason, and what is lacking only where that would help', () => {
  const config = { apply: {}, settings: [setting] }
  expect(untried({ config }, { 'config.apply': { reason: 'it never does', mayBeAllowed: false } })).toEqual([{ name: 'config.apply', reason: 'it never does', mayBeDeclared: false }])
  expect(untried({ config }, { 'config.apply': { reason: 'it is not disposable', mayBeAllowed: true } })).toEqual([{ name: 'config.apply', reason: `it is not disposable; ${asWell('config.archive')}`, mayBeDeclared: true }])
  expect(untried({ config: { ...config, archive: {} } }, { 'config.archive': { reason: 'it never does', mayBeAllowed: false } })).toMatchObject([{ name: 'config.apply', mayBeDeclared: false }])
})
