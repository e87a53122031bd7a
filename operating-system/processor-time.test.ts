import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { onLinux } from './process-table.js'
import { hasProcessorQuota, idleTicks, mayUseOnlySomeOf, processorTimeOf, stolenTime, withDescendantPids } from './processor-time.js'

test.runIf(onLinux)('a process that works on an idle processor runs, and one of many on one processor waits', async () => {
  const work = 'const end = Date.now() + 1500; while (Date.now() < end);'
  // All on one processor: most of the time each of them waits.
  const crowd = Array.from({ length: 4 }, () => spawn('taskset', ['-c', String(cpus().length - 1), process.execPath, '-e', work], { stdio: 'ignore' }))
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  const times = crowd.map(({ pid = 0 }) => processorTimeOf(pid))
  await Promise.all(crowd.map((child) => once(child, 'exit')))
  for (const time of times) expect(time?.ranMs).toBeGreaterThan(0)
  expect(Math.max(...times.map((time) => time?.waitedMs ?? 0))).toBeGreaterThan(400)
})

test.runIf(onLinux)('what serves may be below a shell', async () => {
  const shell = spawn('sh', ['-c', 'sleep 1000 & wait'], { stdio: 'ignore', detached: true })
  try {
    await expect.poll(() => withDescendantPids(shell.pid ?? 0).length).toBe(2)
  } finally {
    process.kill(-(shell.pid ?? 0), 'SIGKILL')
  }
})

test('what a hypervisor took is of an average processor, and unknown where the kernel does not count it', () => {
  const stat = 'cpu  100 20 30 5000 70 8 2 60 0 0\ncpu0 50 10 15 2500 35 4 1 30 0 0\ncpu1 50 10 15 2500 35 4 1 30 0 0\nintr 1 2'
  expect(stolenTime(() => stat)).toEqual({ ranMs: 800, waitedMs: 300 })
  for (const text of ['', 'cpu  100 20 30 5000', 'cpu  1 2 3 4 5 6 7 8']) expect(stolenTime(() => text)).toBeUndefined()
})

test('a process that is not there has no times', () => expect(processorTimeOf(2 ** 22 + 1)).toBeNull())

test.each([
  ['0::/system.slice/docker-a.scope', '/sys/fs/cgroup/system.slice/docker-a.scope/cpu.max', '25000 100000', true],
  ['0::/system.slice/docker-a.scope', '/sys/fs/cgroup/system.slice/docker-a.scope/cpu.max', 'max 100000', false],
  ['0::/', '/sys/fs/cgroup//cpu.max', '', false],
  ['9:name=systemd:/\n2:cpuacct:/x\n1:cpu:/a\n0::/', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us', '25000', true],
  ['4:cpu,cpuacct:/a', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us', '-1', false],
  ['4:cpuset:/a', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us', '25000', false],
])('a process in the group %j, where %s says %j: a quota of processor time is %s', (groups, file, text, expected) => {
  expect(hasProcessorQuota(7, (path) => (path === '/proc/7/cgroup' ? groups : path === file ? text : ''))).toBe(expected)
})

test('a process that is not there has no quota', () => expect(hasProcessorQuota(2 ** 22 + 1)).toBe(false))

const procs = { '/sys/fs/cgroup/cpu/a/b/cgroup.procs': '7', '/sys/fs/cgroup/cpu/cgroup.procs': '7', '/sys/fs/cgroup/a/b/cgroup.procs': '7', '/sys/fs/cgroup/cgroup.procs': '7' }
test.each<[string, Record<string, string>, boolean]>([
  ['0::/a/b', {}, false],
  ['0::/', {}, false],
  ['0::/a/b', { '/sys/fs/cgroup/a/b/cpu.max': 'max 100000' }, false],
  ['0::/a/b', { '/sys/fs/cgroup/a/b/cpu.max': '50000 100000' }, true],
  ['0::/a/b', { '/sys/fs/cgroup/a/b/cpu.max': 'max 100000', '/sys/fs/cgroup/a/cpu.max': '50000 100000' }, true],
  ['0::/a/b', { '/sys/fs/cgroup/cpu.max': '50000 100000' }, true],
  ['0::/elsewhere', {}, true],
  ['1:cpu:/\n0::/', {}, false],
  ['4:cpu,cpuacct:/a/b\n0::/', { '/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us': '-1', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '25000' }, true],
  ['4:cpu,cpuacct:/docker/1234', {}, true],
  ['', {}, false],
])('a process in the groups %j with %j: that it may use only some of the processors, or cannot know, is %s', (groups, files, expected) => {
  const texts: Record<string, string> = { '/proc/7/cgroup': groups, ...procs, ...files }
  expect(mayUseOnlySomeOf(7, (path) => texts[path] ?? '')).toBe(expected)
})

test('idle is also what waits for a disk, of all processors together', () => {
  expect(idleTicks(() => 'cpu  100 20 30 5000 70 8 2 60 0 0\ncpu0 50 10 15 2500 35 4 1 30 0 0\ncpu1 50 10 15 2500 35 4 1 30 0 0\nintr 1 2')).toEqual({ processors: 2, ticks: 5_070 })
  for (const text of ['', 'cpu  1 2 3']) expect(idleTicks(() => text)).toEqual({ processors: 0, ticks: 0 })
})
