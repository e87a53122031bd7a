import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readComposeDocument } from './compose-document.js'
import { withVariables } from './compose-variables.js'
import { describedService } from './described-service.js'

test.each([
  ['$A-$NONE!', 'x-!'],
  ['${A}${EMPTY}', 'x'],
  ['${EMPTY:-d} ${EMPTY-d} ${NONE-d}', 'd  d'],
  ['${NONE:-${A}}', 'x'],
  ['${NONE:-{"a": 1}}', '{"a": 1}'],
  ['${A:+y}${NONE:+y}${EMPTY+z}', 'yz'],
  ['${NONE:?it is needed}', ''],
  ['$${A} costs $5', '${A} costs $5'],
])('%s becomes %j', (text, becomes) => expect(withVariables([{ text }], { A: 'x', EMPTY: '' })).toEqual([{ text: becomes }]))

test('a service is read in its short and its long forms', () => {
  expect(
    describedService('web', {
      image: 'web',
      restart: false,
      ports: ['[::1]:8080:80', '6000-6001:6000-6001', '53:53/udp', { target: 90 }, { target: 91, protocol: 'udp' }, 'x'],
      expose: ['7000', 7_001],
      depends_on: { db: { required: false }, job: { condition: 'service_completed_successfully' } },
      links: ['cache:redis'],
      labels: { 'a.b': 'c' },
      volumes: ['./x:/x', 'data:/data'],
      healthcheck: { test: ['NONE'] },
      stop_grace_period: '1m30s',
    }),
  ).toEqual({
    name: 'web',
    image: 'web',
    origin: 'web',
    start: '',
    replicas: 1,
    restart: 'no',
    stopGraceMs: 90_000,
    publishedPorts: [80, 6_000, 90],
    exposedPorts: [7_000, 7_001],
    dependsOn: [{ service: 'db', required: false, waitsForEnd: false }, { service: 'job', required: true, waitsForEnd: true }, { service: 'cache', required: true, waitsForEnd: false }],
    hasProfile: false,
    labels: ['a.b'],
    hasVolume: true,
  })
  expect(describedService('web', { build: '.', deploy: { replicas: '2', restart_policy: { condition: 'on-failure' } }, ports: 7, expose: { a: 1 } })).toMatchObject({ origin: '"."', replicas: 2, restart: 'on-failure', publishedPorts: [7], exposedPorts: [] })
})

test('the name of a project is that of its variable, of its file, of its folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'Seaworthy-test.Name_'))
  try {
    const file = join(folder, 'compose.yaml')
    writeFileSync(file, 'name: written\nservices: { web: { image: web } }\n')
    expect(readComposeDocument(file, { COMPOSE_PROJECT_NAME: 'variable' }).name).toBe('variable')
    expect(readComposeDocument(file, {}).name).toBe('written')
    writeFileSync(file, 'services: { web: { image: web } }\n')
    expect(readComposeDocument(file, {}).name).toMatch(/^seaworthy-testname_[a-z0-9]+$/)
    expect(() => readComposeDocument(join(folder, 'none.yaml'), {})).toThrow(/none\.yaml/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
