import type { StopResult } from '../../core/driver.js'
import type { RestartPolicy } from '../../core/service-descriptor.js'

/**
 * Messages between the driver and the simulated machine, on the child process's IPC channel. The machine boots
 * nothing before `boot`; it ends all of its units and itself when the channel closes.
 */
export interface MachineUnit {
  readonly name: string // instance id or component name
  readonly kind: 'component' | 'replica'
  readonly command: readonly [string, ...string[]] // templates replaced
  readonly environment: Readonly<Record<string, string>> // the whole environment of the process
  readonly directory: string
  readonly logFile: string // stdout and stderr are appended
  readonly restart: RestartPolicy
  readonly startAtBoot: boolean
  readonly stopSignal: NodeJS.Signals // sent when the machine shuts down
  readonly port: number // where it listens
}

/** How long a first start may wait for programs to have started. One that is busy for longer is at work; whoever asked for the boot waits for an answer. */
export const gentlyMsMax = 5_000

export interface BootOrder {
  readonly units: readonly MachineUnit[] // components first, in declared order: the order in which they are started
  /** The operator's first start: everything, whatever `startAtBoot` says. */
  readonly startAll: boolean
  readonly processRecord: string // file, see operating-system/process-record.ts
  /** Units that are started so many milliseconds later than the rest. */
  readonly delaysMs: Readonly<Record<string, number>>
}

/** `state` of a unit as the machine knows it. */
export interface UnitState {
  readonly pid: number | null
  readonly startTime: string | null
  readonly state: 'running' | 'exited' | 'held'
  readonly restarts: number
  /** It is not restarted, also while it still runs. */
  readonly held: boolean
  /** It does not run, and will be started without being asked to. */
  readonly startIsDue: boolean
}

/** What the driver may ask, and what is answered. */
export interface MachineRequests {
  boot: { readonly parameters: BootOrder; readonly answer: null }
  start: { readonly parameters: { readonly unit: string }; readonly answer: null }
  stop: {
    readonly parameters: { readonly unit: string; readonly signal: NodeJS.Signals; readonly graceMs: number }
    readonly answer: StopResult
  }
  /** Like stop, and no start that is due takes place. Null: it did not run. */
  'take-down': {
    readonly parameters: { readonly unit: string; readonly signal: NodeJS.Signals; readonly graceMs: number }
    readonly answer: StopResult | null
  }
  /** A new unit, which is down; or what a known one runs with from its next start on. */
  define: { readonly parameters: { readonly unit: MachineUnit }; readonly answer: null }
  /** Forgets a unit that does not run. */
  remove: { readonly parameters: { readonly unit: string }; readonly answer: null }
  hold: { readonly parameters: { readonly unit: string }; readonly answer: null }
  release: { readonly parameters: { readonly unit: string }; readonly answer: null }
  state: { readonly parameters: { readonly unit: string }; readonly answer: UnitState }
  /** Answered when all units have ended; then the machine exits with code 0. */
  shutdown: { readonly parameters: { readonly graceMs: number }; readonly answer: null }
}
export type MachineRequestName = keyof MachineRequests

/** Whoever runs the units of a deployment: a simulated machine, or a container engine. */
export interface UnitSupervisor {
  /** `takesMs`: how long the request may take by itself. Throws SeaworthyError. */
  request<Name extends MachineRequestName>(name: Name, parameters: MachineRequests[Name]['parameters'], takesMs?: number): Promise<MachineRequests[Name]['answer']>
}
export interface SupervisorAccess {
  /** Null while it is switched off for a reboot. Throws SeaworthyError SW_MACHINE_LOST when it broke. */
  readonly machine: UnitSupervisor | null
  /** Throws SeaworthyError SW_MACHINE_LOST when there is nobody to ask. */
  readonly machineThatRuns: UnitSupervisor
}

/** One request, whoever is asked and however. */
export type MachineOrder = {
  [Name in MachineRequestName]: { readonly name: Name; readonly parameters: MachineRequests[Name]['parameters'] }
}[MachineRequestName]
export type MachineRequest = MachineOrder & { readonly id: number }

export type MachineMessage =
  | { readonly kind: 'ready' } // it listens; sent once
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly reason: string }
  | UnitEvent

export type UnitEvent =
  | {
      readonly kind: 'process-started'
      readonly unit: string
      readonly atHrtimeMs: number
      readonly pid: number
      readonly startTime: string
      readonly restarts: number
    }
  | {
      readonly kind: 'process-exited'
      readonly unit: string
      readonly atHrtimeMs: number
      readonly pid: number | null // null: it could not be started at all
      readonly code: number | null
      readonly signal: string | null
      readonly error?: string
      readonly uptimeMs: number
      readonly restartInMs: number | null // null: the supervisor leaves it down
    }

/** Milliseconds of the machine's monotonic clock, the same in every process. */
export const hrtimeMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** After its grace period a stop kills, waits, and looks for survivors. */
export const stopExtraMs = 15_000
