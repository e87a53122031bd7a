import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { parsePs } from './process-table-ps.js'
import { commandLineOf, groupMembers, isAlive, listProcesses, processStartTime, processTree, readProcess } from './process-table.js'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
})

/** Runs a shell script in a group of its own; resolves when it printed something. */
async function runScript(script: string): Promise<number> {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  await once(child.stdout!, 'data')
  return child.pid!
}

describe('the process table', () => {
  test('shows this process with its parent and start time', () => {
    const own = listProcesses().find((entry) => entry.pid === process.pid)
    expect(own).toMatchObject({ ppid: process.ppid, startTime: processStartTime(process.pid), state: expect.stringMatching(/^[A-Z]$/) })
    expect(commandLineOf(own!)).not.toBe('')
  })

  test('a pid with another start time is not alive', () => {
    expect(isAlive(process.pid, processStartTime(process.pid)!)).toBe(true)
    expect(isAlive(process.pid, 'another')).toBe(false)
  })

  test('reads a command that looks like the end of itself', async () => {
    const child = spawn(process.execPath, ['-e', 'process.title = "a) S 1 (b"; console.log(); setInterval(() => {}, 1000)'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    children.push(child)
    await once(child.stdout, 'data')
    expect(readProcess(child.pid!)).toMatchObject({ ppid: process.pid, pgid: child.pid })
  })

  test('a process that has ended has no entry, and nor has its zombie', async () => {
    // The shell never waits for the short one: exec replaced it by a program that knows of no child.
    const pid = await runScript('sleep 0 & echo $!; exec sleep 1000')
    const zombie = (): boolean => listProcesses().some((entry) => entry.ppid === pid)
    await expect.poll(zombie).toBe(false)
  })

  test('group members and tree: a child with a session of its own is only in the tree', async () => {
    const pid = await runScript('sleep 1000 & setsid sleep 1001 & echo; wait')
    const root = { pid, startTime: processStartTime(pid)! }
    await expect.poll(() => processTree([root]).map((entry) => entry.command).sort()).toEqual(['sh', 'sleep', 'sleep'])
    expect(groupMembers(pid)).toHaveLength(2)
    for (const entry of processTree([root])) if (entry.pgid !== pid) process.kill(entry.pid, 'SIGKILL')
  })

  test('a root with another start time has no tree', async () => {
    const pid = await runScript('sleep 1000 & echo; wait')
    expect(processTree([{ pid, startTime: 'another' }])).toEqual([])
  })
})

test('parsePs reads what ps prints and leaves zombies out', () => {
  const text = [
    '    1     0     1 Ss   Mon Nov  3 09:12:01 2025     /sbin/launchd',
    '  412     1   412 S+   Tue Nov  4 10:00:59 2025     /Applications/An App.app/run',
    '  413   412   412 Z    Tue Nov  4 10:01:00 2025     (gone)',
    '',
  ].join('\n')
  expect(parsePs(text)).toEqual([
    { pid: 1, ppid: 0, pgid: 1, state: 'S', startTime: 'Mon-Nov-3-09:12:01-2025', command: '/sbin/launchd' },
    { pid: 412, ppid: 1, pgid: 412, state: 'S', startTime: 'Tue-Nov-4-10:00:59-2025', command: '/Applications/An App.app/run' },
  ])
})
