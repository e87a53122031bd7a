import { accessSync, constants, statfsSync } from 'node:fs'
import { availableParallelism, freemem, loadavg, tmpdir } from 'node:os'
import { messageOf } from '../../core/errors.js'

/** One thing that was looked at. */
export interface Examined {
  readonly what: string
  /** `doubt`: a run can begin, and its results may suffer. */
  readonly state: 'good' | 'doubt' | 'wrong'
  readonly found: string
}

const memoryBytesMin = 300_000_000
const diskBytesMin = 500_000_000
const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

/** Whether this machine can carry a run. */
export function examineMachine(): readonly Examined[] {
  const processors = availableParallelism()
  const [load = 0] = loadavg()
  const memory = freemem()
  return [
    { what: 'Node.js', state: 'good', found: process.version },
    {
      what: 'processors',
      state: load > 2 * processors ? 'doubt' : 'good',
      found: `${processors}, load ${load.toFixed(1)}${load > 2 * processors ? ': findings that depend on time will be inconclusive' : ''}`,
    },
    { what: 'free memory', state: memory < memoryBytesMin ? 'doubt' : 'good', found: megabytes(memory) },
    temporaryFolder(),
  ]
}

function temporaryFolder(): Examined {
  const what = `temporary folder ${tmpdir()}`
  try {
    accessSync(tmpdir(), constants.W_OK)
    const { bavail, bsize } = statfsSync(tmpdir())
    const free = bavail * bsize
    return { what, state: free < diskBytesMin ? 'doubt' : 'good', found: `${megabytes(free)} free` }
  } catch (thrown) {
    return { what, state: 'wrong', found: messageOf(thrown) }
  }
}
