import { expect, test } from 'vitest'
import { projectControls, type ProjectMachine } from './project-controls.js'
import type { ProjectUnit } from './project-unit.js'

test('a machine that is shut down in order stops each container as that one is stopped', async () => {
  const asked: string[] = []
  const unit = (name: string): ProjectUnit =>
    ({
      name,
      found: { policy: 'always' },
      leaveDown: async () => undefined,
      process: async () => ({ id: name, pid: 1, paused: false }),
      stop: async ({ signal, graceMs }: { readonly signal: string; readonly graceMs: number }) => asked.push(`${name} ${signal} ${graceMs}`),
      start: async () => asked.push(`start ${name}`),
    }) as unknown as ProjectUnit
  const [replica, store] = [unit('replica-0'), unit('store')]
  const stops = new Map([[replica, { signal: 'SIGTERM', graceMs: 500 }], [store, { signal: 'SIGINT', graceMs: 60_000 }]] as const)
  const machine = { named: new Map([['replica-0', replica]]), all: [replica, store], stopSignal: 'SIGTERM', stopOf: (one: ProjectUnit) => stops.get(one), emit: () => undefined, lost: () => undefined }
  await projectControls(machine as unknown as ProjectMachine).reboot?.('orderly')
  expect(asked).toEqual(['replica-0 SIGTERM 500', 'store SIGINT 60000', 'start replica-0', 'start store'])
})
