// What torture.js does to a run, kind by kind. Each gets the running harness and the random moment has come.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const between = (from, to) => Math.round(from + Math.random() * (to - from))
const ordinary = [0, 2]

/** Of a process that may have ended meanwhile. */
function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function limit(pid, resource, value) {
  execFileSync('prlimit', ['--pid', String(pid), `--${resource}=${value}:${value}`], { stdio: 'pipe' })
}

/** `interrupts`: the report says interrupted. `mayEndUnloaded`: a signal may end it before the program is loaded. `exits`: every exit code that is right. `reports`: whether there must be a run.json. */
const signalled = (signal, exitCode) => ({ interrupts: true, mayEndUnloaded: true, exits: [exitCode], reports: true, act: ({ child }) => send(child.pid, signal) })

export const kinds = {
  SIGINT: signalled('SIGINT', 130),
  SIGTERM: signalled('SIGTERM', 143),
  SIGKILL: { killed: true, exits: [], reports: false, act: ({ child }) => send(child.pid, 'SIGKILL') },
  stopped: {
    exits: ordinary,
    reports: true,
    async act({ child }) {
      send(child.pid, 'SIGSTOP')
      await pause(between(1_000, 8_000))
      send(child.pid, 'SIGCONT')
    },
  },
  starved: {
    exits: ordinary,
    reports: true,
    /** Burners end by themselves, also when nobody is left to end them. */
    async act({ started }) {
      const burners = Array.from({ length: 3 * availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (const end = Date.now() + 6000; Date.now() < end; );'], { stdio: 'ignore', detached: true }))
      burners.forEach(started)
      await Promise.all(burners.map((burner) => new Promise((resolve) => burner.once('exit', resolve))))
    },
  },
  disk: {
    exits: [...ordinary, 64, 70],
    reports: false,
    /** Where no file system can be mounted, no file may grow beyond what it has. */
    async prepare({ output }) {
      try {
        mkdirSync(output, { recursive: true })
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${between(40, 1_500)}k`, 'seaworthy-torture', output], { stdio: 'pipe' })
        return { end: () => execFileSync('umount', ['-l', output], { stdio: 'pipe' }) }
      } catch {
        return { withoutMount: true }
      }
    },
    act: ({ child, prepared }) => (prepared.withoutMount === true ? limit(child.pid, 'fsize', between(10_000, 400_000)) : undefined),
  },
  descriptors: { exits: [...ordinary, 64, 70], reports: false, act: ({ child }) => limit(child.pid, 'nofile', between(24, 60)) },
  'descriptors-SIGINT': {
    mayEndUnloaded: true,
    exits: [...ordinary, 64, 70, 130],
    reports: false,
    async act({ child }) {
      limit(child.pid, 'nofile', between(24, 60))
      await pause(between(0, 4_000))
      send(child.pid, 'SIGINT')
    },
  },
  output: {
    exits: ordinary,
    reports: true,
    pipes: true,
    act({ child }) {
      child.stdout.destroy()
      child.stderr.destroy()
    },
  },
}
