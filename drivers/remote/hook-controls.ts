import type { DeploymentControls, StopResult } from '../../core/driver.js'
import type { RemoteTarget, ServiceDescriptor } from '../../core/service-descriptor.js'
import { reachabilityOf, untilReachable } from './address.js'
import { readBootIds, untilOtherBoots } from './boot-ids.js'
import { notDone, type Hooks, type RemoteInstance } from './hooks.js'
import type { Restoration } from './restoration.js'

export interface RemoteWorld {
  readonly service: ServiceDescriptor
  readonly remote: RemoteTarget
  readonly instances: readonly RemoteInstance[]
  readonly hooks: Hooks
  readonly restoration: Restoration
  readonly signal: AbortSignal
}

/** No hook is believed: what only a hook says is not done. `processState` is absent, as no process can be seen from here. */
export function hookControls(world: RemoteWorld): DeploymentControls {
  const { hooks } = world
  return {
    ...(hooks.has('start') ? { start: (target) => start(world, named(world, target)) } : {}),
    ...(hooks.has('stop') ? { stop: (target, options) => stop(world, named(world, target), options) } : {}),
    ...(hooks.has('kill') ? { kill: (targets) => kill(world, targets) } : {}),
    ...(hooks.has('signal') || hooks.has('stop') ? { signal: (target, signal) => sendSignal(world, named(world, target), signal) } : {}),
    ...(hooks.has('hold') ? holdControls(world) : {}),
    ...(hooks.has('freeze') ? freezeControls(world) : {}),
    ...(hooks.has('reboot') ? { reboot: (manner) => reboot(world, manner) } : {}),
  }
}

function named({ instances }: RemoteWorld, target: string): RemoteInstance {
  const found = instances.find(({ id }) => id === target)
  if (found === undefined) throw notDone(`looking for ${target}`, `no such replica, there are ${instances.map(({ id }) => id).join(', ')}`)
  return found
}

const where = ({ address }: RemoteInstance): string => `${address.host}:${address.port}`

/** Whatever the hook says: started is what accepts connections. Else nobody could tell a service that fails from a hook that does nothing. */
async function start({ service, hooks, restoration, signal }: RemoteWorld, instance: RemoteInstance): Promise<void> {
  await hooks.run('start', instance)
  const { startTimeoutMs } = service.lifecycle
  if (!(await untilReachable(instance.address, 'accepts', { timeoutMs: startTimeoutMs, signal }))) {
    throw notDone(`starting ${instance.id}`, `that the start hook ended with 0 and nothing listened on ${where(instance)} for ${startTimeoutMs / 1_000} s`)
  }
  restoration.isDone(instance, 'start')
}

/** How the process ended is not seen from here. What still listens after the grace period may have been told nothing. */
async function stop({ service, hooks, restoration, signal }: RemoteWorld, instance: RemoteInstance, options: { readonly signal: NodeJS.Signals; readonly graceMs: number }): Promise<StopResult> {
  restoration.writeDown(instance, 'start')
  const startedAtMs = performance.now()
  const values = { signal: options.signal, graceMs: String(options.graceMs) }
  const [, refused] = await Promise.all([
    hooks.run('stop', instance, { values, timeoutMs: options.graceMs + service.target.remote!.hookTimeoutMs }),
    untilReachable(instance.address, 'refuses', { timeoutMs: options.graceMs, everyMs: 20, signal }),
  ])
  const durationMs = performance.now() - startedAtMs
  if (!refused || (await reachabilityOf(instance.address)) !== 'refuses') throw notDone(`stopping ${instance.id}`, `that the stop hook ended with 0 and ${where(instance)} did not come to refuse connections within ${options.graceMs / 1_000} s`)
  return { exitCode: null, signal: null, killed: false, durationMs, survivors: [] }
}

/** The pid on another machine says nothing here: 0. The engine looks for a witness of its own. */
async function kill(world: RemoteWorld, targets: readonly string[]): Promise<readonly { readonly target: string; readonly pid: number }[]> {
  const instances = targets.map((target) => named(world, target))
  for (const instance of instances) world.restoration.writeDown(instance, 'start')
  await Promise.all(instances.map((instance) => world.hooks.run('kill', instance)))
  return targets.map((target) => ({ target, pid: 0 }))
}

async function sendSignal({ service, hooks, restoration }: RemoteWorld, instance: RemoteInstance, signal: NodeJS.Signals): Promise<void> {
  const { stop: declared } = service.lifecycle
  if (!hooks.has('signal') && signal !== declared.signal) throw notDone(`sending ${signal} to ${instance.id}`, 'no signal hook, and the stop hook is for another signal')
  restoration.writeDown(instance, 'start')
  await hooks.run(hooks.has('signal') ? 'signal' : 'stop', instance, { values: { signal, graceMs: String(declared.graceMs) }, timeoutMs: declared.graceMs + service.target.remote!.hookTimeoutMs })
}

function holdControls(world: RemoteWorld): Pick<DeploymentControls, 'hold' | 'release'> {
  const { service, hooks, restoration, signal } = world
  return {
    async hold(target) {
      const instance = named(world, target)
      restoration.writeDown(instance, 'release')
      await hooks.run('hold', instance)
    },
    async release(target) {
      const instance = named(world, target)
      await hooks.run('release', instance, { whateverHappens: true })
      const { startTimeoutMs } = service.lifecycle
      if (!(await untilReachable(instance.address, 'accepts', { timeoutMs: startTimeoutMs, signal }))) throw notDone(`releasing ${target}`, `that the release hook ended with 0 and nothing listened on ${where(instance)} for ${startTimeoutMs / 1_000} s`)
      restoration.isDone(instance, 'release')
      restoration.isDone(instance, 'start')
    },
  }
}

function freezeControls(world: RemoteWorld): Pick<DeploymentControls, 'freeze' | 'thaw'> {
  const { hooks, restoration } = world
  return {
    async freeze(target) {
      const instance = named(world, target)
      restoration.writeDown(instance, 'thaw')
      await hooks.run('freeze', instance)
    },
    async thaw(target) {
      const instance = named(world, target)
      await hooks.run('thaw', instance, { whateverHappens: true })
      if (!(await restoration.isThawed(instance))) throw notDone(`thawing ${target}`, 'that the thaw hook ended with 0 and the replica answers nothing')
      restoration.isDone(instance, 'thaw')
    },
  }
}

/** One order to each machine; done when each says by itself that it is in another boot. */
async function reboot(world: RemoteWorld, manner: 'orderly' | 'power-loss'): Promise<{ readonly bootIdBefore: string; readonly bootIdAfter: string }> {
  const { instances, hooks, restoration, service, remote } = world
  const before = await readBootIds(world)
  for (const instance of instances) restoration.writeDown(instance, 'start')
  const machines = instances.filter(({ address }, index) => instances.findIndex((one) => one.address.host === address.host) === index)
  await Promise.all(machines.map((instance) => hooks.run('reboot', instance, { values: { manner } })))
  const after = await untilOtherBoots(world, before, remote.hookTimeoutMs + service.lifecycle.startTimeoutMs)
  return { bootIdBefore: before.join(' '), bootIdAfter: after.join(' ') }
}
