import type Docker from 'dockerode'
import type { WorldSurvey } from '../../core/world-survey.js'
import { engineError, unlessGone } from './engine-error.js'
import { runLabel } from './labels.js'
import { swarmObjects } from './swarm-objects.js'

/**
 * What is in the engine of a run, and the images that it runs: its own by their label, so that what others make at the same
 * time is not taken for it. Throws SeaworthyError.
 */
export async function surveyEngine(docker: Docker, runId: string, images: readonly string[]): Promise<WorldSurvey> {
  const filters = { label: [`${runLabel}=${runId}`] }
  try {
    const containers = await docker.listContainers({ all: true, filters })
    const networks = await docker.listNetworks({ filters })
    const { Volumes: volumes } = await docker.listVolumes()
    const { services } = await swarmObjects(docker, `${runLabel}=${runId}`)
    return new Map([
      ...services.map((one) => [`service ${one.Spec.Name}`, 'made for the run'] as const),
      ...containers.map((one) => [`container ${one.Names[0]?.replace(/^\//, '') ?? one.Id}`, one.State] as const),
      ...networks.map((one) => [`network ${one.Name}`, 'made for the run'] as const),
      ...(volumes ?? []).filter((one) => ofRun(one, runId)).map((one) => [`volume ${one.Name}`, 'made for the run'] as const),
      ...(await Promise.all(images.map(async (image) => [`image ${image}`, await idOf(docker, image)] as const))),
    ])
  } catch (error) {
    throw engineError(`looking at what the engine has of the run ${runId}`, error)
  }
}

/** A volume that the engine made by itself for a container of ours has only the name. */
const ofRun = ({ Name: name, Labels: labels }: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> | null }, runId: string): boolean =>
  labels?.[runLabel] === runId || name.startsWith(`seaworthy-${runId}-`)

async function idOf(docker: Docker, image: string): Promise<string> {
  return (await unlessGone(docker.getImage(image).inspect()))?.Id ?? 'not there'
}
