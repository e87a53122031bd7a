import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectEngine, connectTo, engineAddresses, reasonOf } from './engine-connection.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sw-engine-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function withContext(name: string, meta: unknown): void {
  const folder = join(home, '.docker', 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(meta))
}

test('DOCKER_HOST counts alone, before any context', () => {
  withContext('far', { Endpoints: { docker: { Host: 'unix:///far.sock' } } })
  expect(engineAddresses({ DOCKER_HOST: 'unix:///named.sock', DOCKER_CONTEXT: 'far' }, { home })).toEqual([{ origin: 'DOCKER_HOST', host: 'unix:///named.sock' }])
})

test('a context counts alone: the one of the environment, else the current one of the configuration', () => {
  withContext('far', { Endpoints: { docker: { Host: 'unix:///far.sock' } } })
  withContext('near', { Endpoints: { docker: { Host: 'unix:///near.sock' } } })
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ currentContext: 'near' }))
  expect(engineAddresses({}, { home })).toEqual([{ origin: 'context near', host: 'unix:///near.sock' }])
  expect(engineAddresses({ DOCKER_CONTEXT: 'far' }, { home })).toEqual([{ origin: 'context far', host: 'unix:///far.sock' }])
  expect(engineAddresses({ DOCKER_CONTEXT: 'default' }, { home })).toMatchObject([{ host: 'unix:///var/run/docker.sock' }, {}, {}])
})

test('a context that is not there, or names no address, is told', () => {
  withContext('empty', {})
  expect(engineAddresses({ DOCKER_CONTEXT: 'empty' }, { home })).toMatchObject([{ origin: 'context empty', problem: expect.stringContaining('names no address') }])
  expect(engineAddresses({ DOCKER_CONTEXT: 'nowhere' }, { home })).toMatchObject([{ origin: 'context nowhere', problem: expect.stringContaining('there is no') }])
})

test('without any of them: the socket of the machine, the rootless one, the one of the user', () => {
  expect(engineAddresses({ XDG_RUNTIME_DIR: '/run/user/1' }, { home })).toEqual([
    { origin: 'the default socket', host: 'unix:///var/run/docker.sock' },
    { origin: 'the rootless socket', host: 'unix:///run/user/1/docker.sock' },
    { origin: 'the socket of this user', host: `unix://${home}/.docker/run/docker.sock` },
  ])
})

test('where the environment names no folder of this user, the rootless socket is looked for where a login puts it', () => {
  expect(engineAddresses({}, { home, uid: 1_234 })[1]).toEqual({ origin: 'the rootless socket', host: 'unix:///run/user/1234/docker.sock' })
  expect(engineAddresses({ XDG_RUNTIME_DIR: '' }, { home, uid: 1_234 })[1]).toMatchObject({ host: 'unix:///run/user/1234/docker.sock' })
})

test('who may not open the socket is not sent to an engine that is refused', () => {
  const reason = reasonOf(Object.assign(new Error('denied'), { code: 'EACCES' }), 'unix:///var/run/docker.sock')
  expect(reason).toContain('this user may not open it (/var/run/docker.sock: ')
  expect(reason).not.toContain('rootless')
})

test.each([
  ['unix:///no/such.sock', /no such socket/],
  ['tcp://127.0.0.1:1', /nobody listens/],
  ['tcp://10.1.2.3:2375', /on another machine/],
  ['ssh://me@host', /not spoken/],
  ['nonsense', /no address/],
])('%s: the reason why there is no engine', async (host, reason) => {
  expect(await connectTo({ origin: 'DOCKER_HOST', host }, {})).toMatch(reason)
})

test('when none answers the error names every way that was tried', async () => {
  await expect(connectEngine({ DOCKER_HOST: 'unix:///no/such.sock' })).rejects.toMatchObject({
    code: 'SW_ENGINE_UNREACHABLE',
    message: expect.stringContaining('DOCKER_HOST (unix:///no/such.sock): there is no such socket'),
  })
})
