import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { randomInt } from 'node:crypto'
import { exitCodes, SeaworthyError } from '../../core/errors.js'

export interface ClaimedPorts {
  readonly ports: readonly number[]
  /** One more, never one that was given out before. Throws SeaworthyError SW_NO_PORTS. */
  another(): Promise<number>
  /** Lets others have the ports. May be called twice. */
  release(): void
}

/**
 * Ports on 127.0.0.1 for a deployment's services, which bind them themselves, later, and again after each restart.
 *
 * A port that the kernel hands out (`listen(0)`, closed again) would be lost to anybody meanwhile, even to the near
 * end of one of our own client's connections, while a service is down. So these come from below the range that the
 * kernel hands out. Against other deployments, of this process or others, each block of 32 ports is claimed by
 * listening on its first one for as long as the deployment lives; the kernel ends that claim with its process.
 * Against everybody else each port is tried once. Throws SeaworthyError SW_NO_PORTS.
 */
export async function claimPorts(count: number): Promise<ClaimedPorts> {
  const { ports, spare, release } = await claimBlocks(count)
  const claims = [release]
  let released = false
  return {
    ports,
    async another() {
      for (let port = spare.shift(); port !== undefined; port = spare.shift()) if (await isFree(port)) return port
      const more = await claimBlocks(1)
      if (released) more.release() // the deployment ended meanwhile
      claims.push(more.release)
      spare.push(...more.spare)
      return more.ports[0]!
    },
    release() {
      released = true
      for (const one of claims) one()
    },
  }
}

interface ClaimedBlocks {
  readonly ports: readonly number[]
  /** The others of the blocks; not tried yet. */
  readonly spare: number[]
  release(): void
}

async function claimBlocks(count: number): Promise<ClaimedBlocks> {
  const blocksNeeded = Math.max(1, Math.ceil(count / (blockSize - 1)))
  const blocks = Math.floor((firstEphemeralPort() - rangeStart) / blockSize) - blocksNeeded + 1
  for (let attempt = 0; attempt < attemptsMax && blocks > 0; attempt += 1) {
    const start = rangeStart + randomInt(blocks) * blockSize
    const claim = await tryBlocks(start, blocksNeeded, count)
    if (claim !== null) return claim
  }
  throw new SeaworthyError('SW_NO_PORTS', `while looking for ${count} free ports from ${rangeStart} on 127.0.0.1: found none in ${attemptsMax} attempts`, {
    hint: 'end what listens there, or look for leftovers with: seaworthy clean',
    exitCode: exitCodes.internal,
  })
}

const rangeStart = 20_000
const blockSize = 32
const attemptsMax = 100

async function tryBlocks(start: number, blocksNeeded: number, count: number): Promise<ClaimedBlocks | null> {
  const holders: Server[] = []
  const release = (): void => {
    for (const holder of holders.splice(0)) holder.close()
  }
  for (let block = 0; block < blocksNeeded; block += 1) {
    const holder = await listen(start + block * blockSize)
    if (holder === null) return (release(), null)
    holders.push(holder)
  }
  const all = Array.from({ length: blocksNeeded * blockSize }, (_, index) => start + index).filter((port) => (port - start) % blockSize !== 0)
  const ports = all.slice(0, count)
  for (const port of ports) if (!(await isFree(port))) return (release(), null)
  return { ports, spare: all.slice(count), release }
}

async function isFree(port: number): Promise<boolean> {
  const trial = await listen(port)
  if (trial !== null) await new Promise((resolve) => trial.close(resolve))
  return trial !== null
}

/** Null when somebody listens there. The server keeps no process alive and serves nobody. */
function listen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Where the range begins from which the kernel picks ports by itself; above 49 152 (RFC 6335) where it cannot be read. */
function firstEphemeralPort(): number {
  try {
    const first = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0])
    // Somebody who widened it downwards leaves no room below. Then the part that is most likely free must do.
    return first >= rangeStart + 2_000 ? first : 32_768
  } catch {
    return 49_152
  }
}
