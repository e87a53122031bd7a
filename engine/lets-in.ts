import type { Deployment } from '../core/driver.js'
import { pollUntil, probe, type ProbeAnswer } from './probe.js'
import type { ScenarioWorld } from './scenario-world.js'

/** Also where it keeps that path to itself. What it says when it knows of no replica is of the 500s. */
const isAnsweredBehind = ({ status }: ProbeAnswer): boolean => status !== undefined && status < 500

/** Waits until requests come through to the service: a load balancer that is not ours may learn of a replica later than whoever asks past it. */
export async function letsIn({ service, signal }: Pick<ScenarioWorld, 'service' | 'signal'>, { balancer, entrypoint }: Pick<Deployment, 'balancer' | 'entrypoint'>, timeoutMs: number): Promise<boolean> {
  if (balancer.kind === 'seaworthy') return true
  return pollUntil(async () => isAnsweredBehind(await probe(new URL(service.health.readinessPath, entrypoint), { timeoutMs: 1_000 })), { timeoutMs, everyMs: 50, signal })
}
