import type { DeployOptions, Deployment, Driver } from '../../core/driver.js'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { WorldSurvey } from '../../core/world-survey.js'
import { connectEngine } from '../docker/engine-connection.js'
import { surveyEngine } from '../docker/survey-engine.js'
import { accepts } from '../network/accepts.js'
import { AttachedStack, rolledBackWithinMs } from './attached-stack.js'
import { CopiedStack } from './copied-stack.js'
import { observed } from './observe.js'
import { planStack } from './plan-stack.js'
import { surveyStack } from './survey-stack.js'
import { offers, whyNot } from './swarm-offers.js'

/** A swarm frees what a copy had when it has seen its tasks end. */
const copyEndsWithinMs = 90_000
/** What was rolled out takes longest to put back. */
const endsWithinMs = (service: ServiceDescriptor): number => Math.max(service.target.disposable ? copyEndsWithinMs : 0, service.lifecycle.upgrade === undefined && service.lifecycle.startDrained === undefined ? 0 : 30_000 + rolledBackWithinMs(service))

/** The tasks of a stack in a swarm, which is attached to where it runs and left as it was found. What may not be done to it, or needs a second one, gets a copy. */
export const swarmDriver: Driver = {
  name: 'swarm',
  availability,
  offers,
  whyNot,
  observe: async (service) => observed((await connectEngine()).docker, service),
  deploymentsMax: 1,
  endsWithinMs,
  survey,
  deploy,
}

const acceptedWithinMs = 3_000

async function availability(service: ServiceDescriptor): ReturnType<Driver['availability']> {
  const { swarm } = service.target
  if (swarm === undefined) return { available: false, reason: 'the descriptor names no stack (target.kind: swarm)' }
  if (process.platform !== 'linux') return { available: false, reason: 'tasks are asked at their own addresses, which only Linux shares with its engine' }
  try {
    const { docker } = await connectEngine()
    const { services: [replicas] } = await planStack(docker, service)
    if (await accepts(swarm.url, acceptedWithinMs)) return { available: true }
    const mesh = replicas?.swarmService.Spec.EndpointSpec?.Ports?.some(({ PublishMode: mode }) => mode === 'ingress') === true
    throw new SeaworthyError('SW_SWARM_ENTRY', `while looking for the way in: nothing accepts connections at ${swarm.url.href} (target.url)`, {
      hint: mesh
        ? 'The ports of the replicas are published by the routing mesh, which works on layer 4 and knows nothing of readiness. Put a load balancer that asks for readiness in the stack, and publish its port in host mode.'
        : 'It is the load balancer of the stack, at a port that is published in host mode.',
    })
  } catch (thrown) {
    const hint = thrown instanceof SeaworthyError && thrown.hint !== undefined ? `\n${thrown.hint}` : ''
    return { available: false, reason: `${messageOf(thrown)}${hint}` }
  }
}

/** What is of the run itself goes through the same labels as with the docker driver. */
async function survey({ target: { swarm } }: ServiceDescriptor, runId: string): Promise<WorldSurvey> {
  const { docker } = await connectEngine()
  return new Map([...(await surveyEngine(docker, runId, [])), ...(swarm === undefined ? [] : await surveyStack(docker, swarm.stack))])
}

async function deploy(service: ServiceDescriptor, options: DeployOptions): Promise<Deployment> {
  options.signal.throwIfAborted()
  const Made = options.apart === undefined ? AttachedStack : CopiedStack
  const attached = new Made(await connectEngine(), service, options)
  try {
    return await attached.deployment()
  } catch (error) {
    await attached.dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}
