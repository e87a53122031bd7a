import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Docker from 'dockerode'
import type { DeployOptions } from '../../core/driver.js'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { logFileOf, type DeploymentFolders } from '../process/deployment-folders.js'
import { hrtimeMs } from '../process/machine-protocol.js'
import { underGroup } from './cgroup-parent.js'
import { folderBinds } from './container-options.js'
import { engineError } from './engine-error.js'
import { labelsOf, machineName, objectName } from './labels.js'
import { logFrames } from './log-frames.js'
import { bootScript, engineDataFolder, machineImage, socketFolder } from './machine-image.js'

const bootWithinMs = 60_000
const pollEveryMs = 50
/** On top of the grace period: the engine stops its containers, and then itself. */
const shutDownExtraMs = 20_000
const reasonLinesMax = 5
/** By SIGKILL: somebody else's, such as that of a kernel short of memory. */
const killedCode = 137
const pingWithinMs = 5_000

export interface NestedMachinePlace {
  readonly outer: Docker
  readonly options: DeployOptions
  readonly folders: DeploymentFolders
  /** Container whose place in the network it takes: its address stays over reboots. */
  readonly placeId: string
  readonly cgroupParent: string | undefined
}

/**
 * What an engine needs to run containers. Not all that there is ("privileged"): an engine that lacks one right itself can
 * give none of its containers all.
 */
const engineRights = {
  CapAdd: ['SYS_ADMIN', 'NET_ADMIN'],
  SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
  DeviceCgroupRules: ['a *:* rwm'],
  MaskedPaths: [],
  ReadonlyPaths: [],
}

/**
 * A machine that can be rebooted: a container with an engine of its own, in a network and a process namespace that are
 * not this computer's. Its disk is a volume and outlives its power; the rest does not.
 */
export class NestedMachine {
  /** Its engine. Every request is a connection of its own, so that it serves all boots. */
  readonly docker: Docker
  readonly #place: NestedMachinePlace
  readonly #container: Docker.Container
  readonly #folder: string
  readonly #descriptor: number
  readonly #socketPath: string
  readonly #hostPids = new Map<string, number>()
  #bootId = ''

  private constructor(place: NestedMachinePlace, container: Docker.Container, folder: string) {
    this.#place = place
    this.#container = container
    this.#folder = folder
    this.#descriptor = openSync(folder, 'r')
    // The path of a socket has at most 107 bytes, fewer than many a folder of a run.
    this.#socketPath = `/proc/self/fd/${this.#descriptor}/docker.sock`
    this.docker = new Docker({ socketPath: this.#socketPath })
  }

  /** Makes it; it is off. Throws SeaworthyError. */
  static async make(place: NestedMachinePlace): Promise<NestedMachine> {
    const { outer, options, folders, placeId, cgroupParent } = place
    const folder = join(folders.root, 'engine')
    const disk = objectName(options, `${machineName}-disk`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    try {
      await outer.createVolume({ Name: disk, Labels: labelsOf(options) })
      const container = await outer.createContainer({
        name: objectName(options, machineName),
        Image: machineImage,
        Entrypoint: ['/bin/sh', '-c', bootScript, String(process.getgid?.() ?? 0)],
        Cmd: [],
        User: '0:0',
        Labels: labelsOf(options),
        Healthcheck: { Test: ['NONE'] },
        HostConfig: {
          ...engineRights,
          NetworkMode: `container:${placeId}`,
          Binds: [...folderBinds(folders), `${disk}:${engineDataFolder}`, `${folder}:${socketFolder}`],
          Tmpfs: { '/run': 'exec', '/tmp': 'exec' },
          LogConfig: { Type: 'json-file', Config: {} },
          ...underGroup(cgroupParent),
        },
      })
      return new NestedMachine(place, container, folder)
    } catch (error) {
      throw engineError('making a machine with an engine of its own', error)
    }
  }

  /** Start of its first process, as the engine outside tells it: another one after each boot. */
  get bootId(): string {
    return this.#bootId
  }

  /**
   * Resolves when its engine answers: what that starts by itself has been started by then. Resolves to when it was switched
   * on, in hrtime milliseconds. Throws SeaworthyError.
   */
  async boot(): Promise<number> {
    rmSync(join(this.#folder, 'docker.sock'), { force: true }) // that of the boot before
    this.#hostPids.clear()
    try {
      await this.#container.start()
      const { State } = await this.#container.inspect()
      const atHrtimeMs = Math.min(hrtimeMs(), hrtimeMs() - (Date.now() - Date.parse(State.StartedAt)))
      this.#bootId = `${this.#container.id.slice(0, 12)}@${State.StartedAt}`
      await this.#untilEngineAnswers()
      return atHrtimeMs
    } catch (error) {
      throw engineError('booting a machine with an engine of its own', error)
    }
  }

  /** The engine has an image of this name from now on, that of the engine outside. Throws SeaworthyError. */
  async load(image: string): Promise<void> {
    try {
      const archive = await this.#place.outer.getImage(image).get()
      const output = await this.docker.loadImage(archive)
      await new Promise<void>((resolve, reject) => {
        this.docker.modem.followProgress(output, (error) => (error === null ? resolve() : reject(error)))
      })
    } catch (error) {
      throw engineError(`giving the image ${image} to the engine of the machine`, error)
    }
  }

  /** Its engine is told to end and stops its containers, as when a machine is shut down. Throws SeaworthyError SW_NOT_ENDED. */
  async shutDown(graceMs: number): Promise<void> {
    const exitCode = await this.#end('SIGTERM', graceMs + shutDownExtraMs)
    if (exitCode === killedCode) throw new SeaworthyError('SW_NOT_ENDED', 'while shutting the machine down: found it killed, expected that its engine ends in order', { exitCode: exitCodes.notConclusive })
  }

  /** With its first process the kernel kills all that runs in it, in one go. Throws SeaworthyError SW_NOT_ENDED. */
  async cutPower(): Promise<void> {
    await this.#end('SIGKILL', shutDownExtraMs)
  }

  /**
   * Process on this computer that is the first one of a container in the machine, whose engine knows it as `pid`. 0: there
   * is none, or it cannot be seen from here.
   */
  hostPid(container: string, pid: number): number {
    if (pid === 0) return 0
    const key = `${container} ${pid}`
    const found = this.#hostPids.get(key) ?? hostPidOf(container, pid)
    if (found !== 0) this.#hostPids.set(key, found)
    return found
  }

  /** Folder on this computer that is a folder of the machine's engine. */
  async folderOf(path: string): Promise<string> {
    const disk = objectName(this.#place.options, `${machineName}-disk`)
    const { Mountpoint: folder } = await this.#place.outer.getVolume(disk).inspect()
    return join(folder, relative(engineDataFolder, path))
  }

  /** What its engine said goes to the log file of the machine. */
  async keepLog(): Promise<void> {
    writeFileSync(logFileOf(this.#place.folders, 'machine'), await this.#said())
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  /** It is of no use: nothing of it may go on beside what takes its place. Throws SeaworthyError. */
  async discard(): Promise<void> {
    this.close()
    try {
      await this.#container.remove({ force: true })
    } catch (error) {
      throw engineError('removing the machine with an engine of its own', error)
    }
  }

  async #said(): Promise<Buffer> {
    return Buffer.concat(logFrames(await this.#container.logs({ stdout: true, stderr: true, follow: false })))
  }

  async #untilEngineAnswers(): Promise<void> {
    const deadlineMs = performance.now() + bootWithinMs
    const pinged = new Docker({ socketPath: this.#socketPath, timeout: pingWithinMs }) // one that accepts and does not answer is asked again
    for (;;) {
      const answers = await pinged.ping().then(() => true, () => false)
      if (answers) return
      const { State } = await this.#container.inspect()
      if (State.Running && performance.now() < deadlineMs && !this.#place.options.signal.aborted) {
        await pause(pollEveryMs)
        continue
      }
      const said = (await this.#said()).toString('utf8').trim().split('\n').slice(-reasonLinesMax).join(' | ')
      const found = State.Running ? `that its engine did not answer within ${bootWithinMs} ms` : `that it ended with exit code ${State.ExitCode}`
      throw new SeaworthyError('SW_MACHINE_LOST', `while booting a machine with an engine of its own: found ${found} (${said || 'it said nothing'})`, { exitCode: exitCodes.notConclusive })
    }
  }

  /** Resolves to the exit code of its first process. */
  async #end(signal: NodeJS.Signals, withinMs: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), withinMs)
    })
    try {
      await this.#container.kill({ signal })
      const ended = await Promise.race([exitCodeOf(this.#container), late])
      if (ended !== 'late') return ended
    } catch (error) {
      throw engineError(`sending ${signal} to the machine`, error)
    } finally {
      clearTimeout(timer)
    }
    throw new SeaworthyError('SW_NOT_ENDED', `while ending the machine with ${signal}: found it running after ${withinMs} ms`, { exitCode: exitCodes.notConclusive })
  }
}

async function exitCodeOf(container: Docker.Container): Promise<number> {
  const { StatusCode: code }: { readonly StatusCode: number } = await container.wait()
  return code
}

/** The last two numbers are those in the machine and in the container, of which it is the first process. */
function hostPidOf(container: string, pid: number): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      const pids = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? []
      if (pids.length < 3 || pids.at(-1) !== '1' || pids.at(-2) !== String(pid)) continue
      if (readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(container)) return Number(name)
    } catch {
      // It ended in this instant.
    }
  }
  return 0
}
