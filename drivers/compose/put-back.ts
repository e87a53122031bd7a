import { setTimeout as pause } from 'node:timers/promises'
import { answersReadyAt } from '../docker/answers-ready.js'
import { saysGone, statusOf, unlessGone } from '../docker/engine-error.js'
import { addressOf, type Engine, type Inspected, type ProjectContainer } from './project.js'

/** How a running container was found, as far as it may be changed: enough for another process to put it back. */
export interface Found {
  readonly id: string
  readonly name: string
  readonly policy: string
  readonly retriesMax: number
  /** Where it said that it was ready; absent when it did not. A replica that was left drained is started anew. */
  readonly readiness?: { readonly port: number; readonly path: string }
  /** It was told to end and has not yet: it would end after everybody has looked. */
  readonly isEnding?: boolean
}

export function foundOf({ id, name, inspected }: ProjectContainer): Found {
  const policy = inspected.HostConfig.RestartPolicy
  return { id, name, policy: policy?.Name || 'no', retriesMax: policy?.MaximumRetryCount ?? 0 }
}

/** A replica that was drained says so at once; one that is starting may take longer, and being started once more does it no harm. */
const readyWithinMsDefault = 3_000

/**
 * Puts running containers back as they were found: not paused, under their restart policy, running, and ready where they
 * were. Resolves to what could not be put back. A container that somebody removed meanwhile is nobody's to put back.
 */
export async function putBack(docker: Engine, all: readonly Found[], readyWithinMs = readyWithinMsDefault): Promise<readonly string[]> {
  const left = await Promise.all(all.map(async (found) => {
    try {
      await unlessGone(putOneBack(docker, found, readyWithinMs))
      return []
    } catch (error) {
      return [`container ${found.name}: ${error instanceof Error ? error.message : String(error)}`]
    }
  }))
  return left.flat()
}

async function putOneBack(docker: Engine, found: Found, readyWithinMs: number): Promise<void> {
  const container = docker.getContainer(found.id)
  const { State: state, HostConfig } = await container.inspect()
  if (state.Paused) await unlessDone(container.unpause())
  if ((HostConfig.RestartPolicy?.Name || 'no') !== found.policy || (HostConfig.RestartPolicy?.MaximumRetryCount ?? 0) !== found.retriesMax) {
    await container.update({ RestartPolicy: { Name: found.policy, MaximumRetryCount: found.retriesMax } })
  }
  if (found.isEnding === true) return container.restart({ t: endWithinS })
  // What starts anew is not drained: nothing is gained by starting it once more because it takes its time.
  if (!state.Running || state.Restarting) return unlessDone(container.start())
  if (found.readiness === undefined || (await isReadyWithin(docker, found, readyWithinMs))) return
  await container.restart({ t: 1 })
}

const endWithinS = 5

/** 304: it is as it should be; 409: somebody, such as the engine by its policy, was quicker. */
async function unlessDone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (statusOf(error) !== 304 && statusOf(error) !== 409) throw error
  })
}

/** An engine that does not answer says nothing of that. */
export async function isGone(docker: Engine, id: string): Promise<boolean> {
  return docker.getContainer(id).inspect().then(() => false, saysGone)
}

export async function isReadyWithin(docker: Engine, { id, readiness }: Pick<Found, 'id' | 'readiness'>, withinMs: number): Promise<boolean> {
  if (readiness === undefined) return true
  const endAt = performance.now() + withinMs
  for (;;) {
    if (await answersReady(await docker.getContainer(id).inspect(), readiness)) return true
    if (performance.now() >= endAt) return false
    await pause(100)
  }
}

export async function answersReady(inspected: Inspected, { port, path }: NonNullable<Found['readiness']>): Promise<boolean> {
  const host = addressOf(inspected)
  return host !== undefined && inspected.State.Running && answersReadyAt({ host, port, path })
}
