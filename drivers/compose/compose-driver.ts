import type { DeployOptions, Deployment, Driver } from '../../core/driver.js'
import { messageOf } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import type { WorldSurvey } from '../../core/world-survey.js'
import { connectEngine } from '../docker/engine-connection.js'
import { surveyEngine } from '../docker/survey-engine.js'
import { AttachedProject } from './attached-project.js'
import { composeCommand } from './compose-command.js'
import { offers, whyNot } from './compose-offers.js'
import { notThere, observed } from './observe.js'
import { containersOf, ofServices, runs } from './project.js'
import { surveyProject } from './survey-project.js'

/** The containers of a Compose project, which is attached to where it runs, and else brought up and taken down. */
export const composeDriver: Driver = {
  name: 'compose',
  availability,
  offers,
  whyNot,
  observe: async (service) => observed((await connectEngine()).docker, service),
  deploymentsMax: 1,
  survey,
  deploy,
}

async function availability({ target }: ServiceDescriptor): ReturnType<Driver['availability']> {
  const { compose } = target
  if (compose === undefined) return { available: false, reason: 'the descriptor names no project (target.kind: compose)' }
  if (process.platform !== 'linux') return { available: false, reason: 'containers are asked at their own addresses, which only Linux shares with its engine' }
  try {
    const { docker } = await connectEngine()
    const containers = await containersOf(docker, compose.project)
    if (containers.length === 0 && (compose.file === undefined || composeCommand() === undefined)) return { available: false, reason: messageOf(notThere(compose.project, compose.file)) }
    const down = ofServices(containers, compose.replicas).find((one) => !runs(one))
    return down === undefined ? { available: true } : { available: false, reason: `the container ${down.name} of the project is ${down.inspected.State.Status}; a project is attached to as it runs` }
  } catch (error) {
    return { available: false, reason: messageOf(error) }
  }
}

/** What is of the run itself goes through the same labels as with the docker driver. */
async function survey({ target: { compose } }: ServiceDescriptor, runId: string): Promise<WorldSurvey> {
  const { docker } = await connectEngine()
  return new Map([...(await surveyEngine(docker, runId, [])), ...(compose === undefined ? [] : await surveyProject(docker, compose.project))])
}

async function deploy(service: ServiceDescriptor, options: DeployOptions): Promise<Deployment> {
  options.signal.throwIfAborted()
  const attached = new AttachedProject(await connectEngine(), service, options)
  try {
    return await attached.deployment()
  } catch (error) {
    await attached.dispose().catch(() => undefined) // the reason is worth more than what followed from it
    throw error
  }
}
