import { InterventionFailed } from '../core/errors.js'
import { lastLines } from '../operating-system/last-lines.js'
import { instanceOf, type ScenarioWorld } from './scenario-world.js'

const tailBytes = 2_000
const tailLines = 6

/** No instance ever listened where it was told to: nothing can be tested, and the descriptor or the service must be mended first. */
export class ServiceUnreachable extends InterventionFailed {
  constructor(instance: string, found: string) {
    super('the first start', instance, found)
    this.name = 'ServiceUnreachable'
  }
}

/** Where nothing listened, how the process ended if it did, and the last it said. */
export async function unreachableReason(world: ScenarioWorld, id: string, waitedMs: number): Promise<string> {
  const { host } = instanceOf(world, id).url
  const state = await world.deployment.controls.processState?.(id)
  const process = state === undefined ? '' : `; its process ${state.state === 'running' ? 'is running' : 'has exited'}${state.restarts > 0 ? ` after ${state.restarts} restarts` : ''}`
  const said = await lastWords(world.deployment.logFiles.get(id))
  return `nothing listened on ${host} for ${Math.round(waitedMs / 1_000)} s${process}${said === '' ? '; it said nothing' : `; its last words:\n${said}`}`
}

async function lastWords(path: string | undefined): Promise<string> {
  const lines = path === undefined ? [] : await lastLines(path, { linesMax: tailLines, bytesMax: tailBytes })
  return lines.map((line) => `    ${line}`).join('\n').trimEnd()
}
