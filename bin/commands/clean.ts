import { exitCodes, messageOf, SeaworthyError } from '../../core/errors.js'
import { cleanEngine, engineMayBeHere, engineThatAnswers, type FoundInEngine } from '../../drivers/docker/clean-engine.js'
import { cleanCluster } from '../../drivers/kubernetes/clean-cluster.js'
import type { CleanedClaim } from '../../drivers/run-owner.js'
import { cleanStack } from '../../drivers/swarm/clean-stack.js'
import { loadDescriptor } from '../../engine/load-descriptor.js'
import { cleanAll } from '../../engine/leftovers.js'
import { listRuns } from '../../engine/run-registry.js'
import { chooseDescriptor } from './run.js'

export interface CleanArguments {
  readonly force: boolean
  readonly driver?: string | undefined
  readonly descriptor?: string | undefined
}

/** `seaworthy clean`: ends whatever interrupted runs left behind. Runs that still go on are left alone without --force. */
export async function clean({ force, driver, descriptor }: CleanArguments): Promise<number> {
  const cleanClaim = driver === undefined ? undefined : ofDriver[driver]
  if (cleanClaim !== undefined) return tell(await cleanClaim(loadDescriptor(chooseDescriptor(descriptor)), { force }))
  if (driver !== undefined || descriptor !== undefined) {
    throw new SeaworthyError('SW_USAGE', `clean: found ${driver === undefined ? `the descriptor ${descriptor}` : `--driver ${driver}`}, expected neither, or --driver kubernetes or swarm with a descriptor`, { hint: 'What runs left on this machine, containers too, is found without being named.' })
  }
  const { cleaned, living } = await cleanAll({ force })
  for (const run of cleaned) {
    if (run.left.length === 0) process.stdout.write(`ended what run ${run.runId} left\n`)
    else process.stdout.write(`run ${run.runId} left what could not be ended: ${run.left.join(', ')}\n`)
  }
  for (const run of living) process.stdout.write(`run ${run.runId} goes on (process ${run.pid}): left alone\n`)
  const inEngine = await lookIntoEngine(force)
  if (cleaned.length + (inEngine ?? []).length === 0) process.stdout.write(inEngine === undefined ? 'nothing was left behind outside of it\n' : 'nothing was left behind\n')
  return [...cleaned, ...(inEngine ?? [])].some((one) => one.left.length > 0) ? exitCodes.notConclusive : exitCodes.ok
}

/** Undefined where there may be an engine and none answers: that nothing was looked for is told. */
async function lookIntoEngine(force: boolean): Promise<readonly FoundInEngine[] | undefined> {
  const docker = await engineThatAnswers()
  if (docker === undefined) {
    if (!engineMayBeHere()) return []
    process.stdout.write('no container engine answers: what runs without a record may have left in one was not looked for\n')
    return undefined
  }
  try {
    const found = await cleanEngine(docker, { known: new Set(listRuns().map(({ runId }) => runId)), force })
    for (const one of found) tellOf(one)
    return found
  } catch (thrown) {
    throw new SeaworthyError('SW_ENGINE', `while looking for what runs left in the container engine: ${messageOf(thrown)}`, { cause: thrown, exitCode: exitCodes.notConclusive, hint: 'Everything else was cleaned up. Try again when the engine is well.' })
  }
}

function tellOf({ runId, state, owner = 'of an unknown owner', left }: FoundInEngine): void {
  if (state === 'kept') process.stdout.write(`run ${runId} (${owner}) has something in the engine, and may go on: left alone; --force takes it away\n`)
  else if (left.length === 0) process.stdout.write(`took what run ${runId} left out of the engine\n`)
  else process.stdout.write(`run ${runId} left what could not be removed from the engine: ${left.join(', ')}\n`)
}

/** What a run left on a workload of a cluster, or on a service of a swarm: that cannot be found without knowing which. */
const ofDriver: Readonly<Record<string, typeof cleanCluster>> = { kubernetes: cleanCluster, swarm: (service, options) => cleanStack(service, options) }

function tell({ state, workload, runId, owner, nodes = [], copies = [] }: CleanedClaim): number {
  for (const one of copies) tellOf(one)
  for (const one of nodes) process.stdout.write(one.state === 'released' ? `took the cordon of run ${one.runId} off the node ${one.node}\n` : `run ${one.runId} (${one.owner}) has cordoned the node ${one.node}: left alone; --force opens it\n`)
  if (state === 'released') process.stdout.write(`took what run ${runId} left off ${workload}\n`)
  else if (state === 'kept') process.stdout.write(`run ${runId} (${owner ?? 'of an unknown owner'}) has ${workload}: left alone; --force takes it away\n`)
  else if (nodes.length + copies.length === 0) process.stdout.write(`nothing was left behind on ${workload}\n`)
  const isLeft = copies.some(({ left }) => left.length > 0)
  return isLeft || [state, ...nodes.map((one) => one.state), ...copies.map((one) => one.state)].includes('kept') ? exitCodes.notConclusive : exitCodes.ok
}
