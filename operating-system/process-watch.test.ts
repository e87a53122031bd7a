import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { groupExists, processStartTime, processTree, type ProcessIdentity } from './process-table.js'
import { ProcessWatch } from './process-watch.js'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined && groupExists(child.pid)) process.kill(-child.pid, 'SIGKILL')
})

/** A shell in a group of its own that has printed something. */
async function root(script: string): Promise<ProcessIdentity & { readonly child: ChildProcess }> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  const identity = { pid: child.pid!, startTime: processStartTime(child.pid!)!, child }
  await once(child.stdout, 'data')
  return identity
}
const pidsOf = (entries: readonly ProcessIdentity[]): number[] => entries.map(({ pid }) => pid).sort((one, other) => one - other)

test('sees what a look at the whole process table sees, also what was made since', async () => {
  const forking = 'echo; read line; sleep 1000 & setsid sleep 1001 & (sleep 1002 &); wait'
  const roots = [await root(forking), await root(forking)]
  const watch = new ProcessWatch(() => roots)
  expect(pidsOf(watch.treeOf())).toEqual(pidsOf(roots))
  for (const { child } of roots) child.stdin!.write('go\n')
  const allSleep = (): boolean => processTree(roots).filter(({ command }) => command === 'sleep').length === 6
  await expect.poll(allSleep).toBe(true)
  expect(pidsOf(watch.treeOf())).toEqual(pidsOf(processTree(roots)))
  expect(pidsOf(watch.treeOf([roots[0]!]))).toEqual(pidsOf(processTree([roots[0]!])))
  expect(watch.treeOf()).toHaveLength(8)
})

test('takes roots that come and go', async () => {
  const roots = [await root('echo; exec sleep 1000')]
  const watch = new ProcessWatch(() => roots)
  expect(watch.treeOf()).toHaveLength(1)
  roots.push(await root('sleep 1000 & echo; wait'))
  expect(watch.treeOf()).toHaveLength(3)
  roots[0]!.child.kill('SIGKILL')
  await once(roots[0]!.child, 'exit')
  expect(watch.treeOf()).toHaveLength(2)
})
