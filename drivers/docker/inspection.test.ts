import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { expect, test } from 'vitest'
import { inspectionOf, keepInspections } from './inspection.js'

const inspected = {
  Id: 'a',
  Name: '/shop-app-1',
  Image: 'sha256:1',
  Path: 'node',
  Args: ['--password=hunter22'],
  RestartCount: 3,
  State: { Status: 'exited', OOMKilled: true, ExitCode: 137, Error: 'exec: "--password=hunter22": executable file not found', Health: { Status: 'unhealthy', FailingStreak: 2, Log: [{ Output: 'hunter22' }] } },
  Config: { Image: 'shop', Env: ['PASSWORD=hunter22', 'EMPTY'], Cmd: ['--password=hunter22'], Labels: { secret: 'hunter22' }, StopSignal: 'SIGQUIT' },
  HostConfig: { RestartPolicy: { Name: 'always' }, Memory: 64, Binds: ['/home/hunter22:/data'] },
  NetworkSettings: { Ports: {}, Networks: { shop: { IPAddress: '172.17.0.2', MacAddress: 'x' } } },
  Mounts: [{ Type: 'bind', Source: '/home/hunter22', Destination: '/data', RW: true }],
} as unknown as Docker.ContainerInspectInfo

test('how a container ended is kept, and nothing that may hold a secret', () => {
  const text = JSON.stringify(inspectionOf(inspected))
  expect(JSON.parse(text)).toMatchObject({ RestartCount: 3, State: { OOMKilled: true, ExitCode: 137, hasError: true, Health: { Status: 'unhealthy' } }, HostConfig: { Memory: 64 }, Config: { StopSignal: 'SIGQUIT', EnvironmentNames: ['PASSWORD', 'EMPTY'] } })
  expect(text).not.toContain('hunter22')
})

test('a container that is gone has no file, and takes none from the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sw-inspection-'))
  try {
    const docker = { getContainer: (id: string) => ({ inspect: async () => (id === 'a' ? inspected : Promise.reject(new Error('no such container'))) }) } as unknown as Docker
    const files = ['a', 'b'].map((id) => ({ id, file: join(folder, `${id}.json`) }))
    await keepInspections(docker, files)
    expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toMatchObject({ Name: '/shop-app-1' })
    expect(existsSync(join(folder, 'b.json'))).toBe(false)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
