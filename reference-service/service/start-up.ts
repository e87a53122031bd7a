import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { defective } from '../defects.js'
import { unlockMarker } from '../unlock-marker.js'
import { ConfigurationError } from './configuration-error.js'
import type { Configuration } from './configuration.js'
import type { DatabaseAccess } from './database-access.js'
import type { Environment } from './environment.js'
import { log } from './log.js'
import { migrate, SchemaTooNew } from './schema.js'

const slowWarmUpMs = 2_000
/** As the README promises. */
const documentedStartMs = 12_000
const crashAfterMs = 1_200

/** What happens between the start of the process and the first request that can be served. */
export class StartUp {
  private warm = false

  constructor(
    private readonly environment: Environment,
    private readonly configuration: Configuration,
    private readonly database: DatabaseAccess,
    /** What else must be done or known before the first request, after the migrations and in this order. */
    private readonly steps: readonly (() => Promise<void>)[] = [],
  ) {}

  /** Whether requests can be served. */
  get complete(): boolean {
    return this.warm
  }
  /** Whether readiness may be true already. */
  get mayBeReady(): boolean {
    return this.warm || this.early
  }
  // Only a restart is early: at the first start on a machine the traffic right after deployment would see it too.
  private early = false

  /** Tries for ever: a database that is away makes this replica wait, not exit. */
  async run(): Promise<void> {
    const restarted = this.noteStart()
    this.early = restarted && defective('start.ready-too-early')
    await this.stumble()
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 200)) {
      try {
        await migrate(this.database, this.environment.release.recordFormat)
        for (const step of this.steps) await step()
        await this.database.warmUp()
        break
      } catch (error) {
        if (error instanceof SchemaTooNew) throw error
        log('waiting for the database', { error: (error as Error).message })
        // Only a restart: the databases of a first start are made while the replicas wait.
        if (restarted && defective('start.gives-up-on-dependency')) return log('giving up')
        await pause(waitMs)
      }
    }
    await pause(this.early ? slowWarmUpMs : this.configuration.warmUp.durationMs)
    if (restarted && defective('start.slower-than-documented')) await pause(1.5 * documentedStartMs)
    await this.unlocked()
    this.warm = true
    log('ready')
  }

  /** What the two bad releases do instead of getting ready. */
  private async stumble(): Promise<void> {
    const { mistake } = this.environment.release
    if (mistake === undefined) return
    log('waiting for a setting that nobody has made')
    await pause(mistake === 'crashes' ? crashAfterMs : 2 ** 31 - 1)
    throw new ConfigurationError('the setting was not made')
  }

  /** Only for the defect start.manual-unlock. */
  unlock(): void {
    writeFileSync(unlockMarker(this.environment.runDirectory), '')
  }
  private async unlocked(): Promise<void> {
    if (!defective('start.manual-unlock')) return
    while (!existsSync(unlockMarker(this.environment.runDirectory))) await pause(100)
  }

  /** Whether this instance was started on this machine before. */
  private noteStart(): boolean {
    const folder = join(this.environment.machineDirectory, 'started')
    const marker = join(folder, this.environment.instance)
    const restarted = existsSync(marker)
    mkdirSync(folder, { recursive: true })
    writeFileSync(marker, '')
    return restarted
  }
}

/** Only for the defect start.stale-lock: the lock of an orderly stop is removed, that of a kill stays. */
export function takeLock({ runDirectory, instance }: Environment): () => void {
  if (!defective('start.stale-lock')) return () => {}
  const path = join(runDirectory, `${instance}.lock`)
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
  } catch (error) {
    process.stderr.write(`server: another process holds the lock: ${(error as Error).message}\n`)
    process.exit(1)
  }
  return () => rmSync(path, { force: true })
}
