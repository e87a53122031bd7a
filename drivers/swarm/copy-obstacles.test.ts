import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { obstaclesTo } from './copy-obstacles.js'
import { speakingBy } from './read-stack-to-copy.js'
import type { ServiceMount } from './stack-services.js'
import { inner, own, service, stackOf, volume } from './stack-to-copy.test-support.js'

const long = 'a'.repeat(43)
const nfs = { type: 'nfs', o: 'addr=10.0.0.1', device: ':/shop' }
const withDriver = (DriverConfig: object, rest: Partial<ServiceMount> = {}): ServiceMount => ({ ...volume, ...rest, VolumeOptions: { Labels: own, DriverConfig } })

describe('what cannot be copied is told', () => {
  test('of a stack with networks and volumes of its own there is nothing', () => {
    expect(obstaclesTo(stackOf({ db: service('db', { mounts: [volume, { Type: 'tmpfs', Target: '/tmp' }, { Type: 'bind', Source: '/etc/shop', Target: '/etc/shop', ReadOnly: true }] }) }))).toEqual([])
  })

  test.each([
    ['a global service', { agent: service('agent', { Mode: { Global: {} } }) }, /service agent is a global one/],
    ['a network of somebody else', { db: service('db', { networks: [{ Target: 'n2' }] }) }, /db is in the network n2, which is not the stack's own/],
    ['a volume of somebody else', { db: service('db', { mounts: [{ Type: 'volume', Source: 'archive', Target: '/a' }] }) }, /db writes to the volume archive/],
    ['a folder of the machine that is written to', { db: service('db', { mounts: [{ Type: 'bind', Source: '/srv/shop', Target: '/a' }] }) }, /db writes to \/srv\/shop of this machine/],
    ['the socket of the engine, also to read', { db: service('db', { mounts: [{ Type: 'bind', Source: '/var/run/docker.sock', Target: '/a', ReadOnly: true }] }) }, /db speaks to \/var\/run\/docker\.sock/],
    ['a volume of a cluster', { db: service('db', { mounts: [{ Type: 'cluster', Source: 'c1', Target: '/a' }] }) }, /mounts c1 as cluster/],
    ['a port of the same number for datagrams alone', { balancer: service('balancer', { EndpointSpec: { Ports: [{ Protocol: 'udp', TargetPort: 80, PublishedPort: 8_080 }] } }) }, /publishes the port 8080 of target\.url/],
    ['a name that a swarm would not take', { [long]: service(long) }, /a{43} would have a name of 64 signs/],
    ['a way in that is elsewhere', { balancer: service('balancer', { port: 9_090 }) }, /publishes the port 8080 of target\.url/],
  ] as const)('%s', (_, services, reason) => {
    expect(obstaclesTo(stackOf(services))).toEqual([expect.stringMatching(reason)])
  })

  test.each([
    ['a share, by its options', withDriver({ Name: 'local', Options: nfs })],
    ['a folder of the machine, by its options, and the driver is not named', withDriver({ Options: { type: 'none', o: 'bind', device: '/srv/shop' } })],
    ['of a plugin', withDriver({ Name: 'rexray/ebs' })],
    ['a share that is only read', withDriver({ Name: 'local', Options: nfs }, { ReadOnly: true })],
    ['a share without a name', withDriver({ Options: nfs }, { Source: '' })],
  ])('a volume whose driver says where the data lie: %s', (_, mount) => {
    expect(obstaclesTo(stackOf({ db: service('db', { mounts: [mount] }) }))).toEqual([expect.stringMatching(/db mounts the volume .*a second one would be the same/)])
  })

  test('a volume that was made before with such options, of which the service says nothing', () => {
    const given = stackOf({ db: service('db', { mounts: [volume] }) })
    expect(obstaclesTo({ ...given, volumes: new Map([['shop_data', { Driver: 'local', Options: nfs }]]) })).toEqual([expect.stringMatching(/db mounts the volume shop_data/)])
    expect(obstaclesTo({ ...given, volumes: new Map([['shop_data', { Driver: 'local', Options: null }]]) })).toEqual([])
  })

  test('memory is had twice, and so is a plain volume whose driver is named', () => {
    expect(obstaclesTo(stackOf({ db: service('db', { mounts: [withDriver({ Name: 'local', Options: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' } }), withDriver({ Name: 'local' })] }) }))).toEqual([])
  })

  test('a network whose name a swarm would not take, and none where it just would', () => {
    expect(obstaclesTo(stackOf({}, new Map([['n1', { ...inner, Name: `shop_${long}` }]])))).toEqual([expect.stringMatching(/network shop_a+ would have a name of 64 signs/)])
    expect(obstaclesTo(stackOf({ [long.slice(1)]: service(long.slice(1)) }))).toEqual([])
  })

  test('what is known to speak to somebody, to read only as well', () => {
    const given = stackOf({ db: service('db', { mounts: [{ Type: 'bind', Source: '/srv/control', Target: '/c', ReadOnly: true }] }) })
    expect(obstaclesTo(given)).toEqual([])
    expect(obstaclesTo({ ...given, speaking: new Map([['/srv/control', 'a socket']]) })).toEqual([expect.stringMatching(/db speaks to \/srv\/control of this machine \(a socket\)/)])
  })
})

test('a socket is one by any name, and so is a folder with one in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-sockets-'))
  const server = createServer()
  try {
    const [holds, plain, file] = [join(folder, 'holds'), join(folder, 'plain'), join(folder, 'plain', 'shop.conf')]
    mkdirSync(holds)
    mkdirSync(plain)
    writeFileSync(file, '')
    await new Promise<void>((resolve) => server.listen(join(holds, 'control'), resolve))
    symlinkSync('/run', join(folder, 'link'))
    expect(await speakingBy(join(holds, 'control'))).toBe('a socket')
    expect(await speakingBy(holds)).toBe('with the socket control in it')
    for (const wide of ['/', '/run', '/var/run', join(folder, 'link')]) expect(await speakingBy(wide)).toBe('sockets are below it')
    for (const other of [plain, file, join(folder, 'none')]) expect(await speakingBy(other)).toBeUndefined()
  } finally {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
