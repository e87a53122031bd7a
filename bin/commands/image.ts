import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { buildImage, buildMachineImage } from '../../drivers/docker/build-image.js'
import { machineImage } from '../../drivers/docker/machine-image.js'
import { packageFile } from '../package-files.js'
import { postgresPackage, referenceContent, referenceFiles } from '../reference-image.js'

export interface ImageArguments {
  readonly offline: boolean
  readonly baseImage?: string | undefined
  readonly name: string
}

/** `seaworthy image build`: the image of the bundled reference service, for the docker driver. */
export async function imageBuild({ offline, baseImage, name }: ImageArguments): Promise<number> {
  if (offline && baseImage !== undefined) throw new SeaworthyError('SW_USAGE', 'found --offline and --base-image, expected one of them: --offline makes the base image itself')
  const postgres = postgresPackage()
  const startedAtMs = performance.now()
  const id = await buildImage({
    name,
    dockerfile: packageFile('reference-service/container/Dockerfile'),
    files: [
      ...referenceFiles(),
      { from: postgres.folder, to: `node_modules/${postgres.name}` },
    ],
    programs: filesBelow(join(postgres.folder, 'native', 'bin')),
    offline,
    baseImage,
    content: referenceContent(),
    tell: (line) => process.stdout.write(`${line}\n`),
  })
  process.stdout.write(`built ${name} (${id}) in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s\n`)
  if (offline) await machineBuild()
  return exitCodes.ok
}

/** With it a reboot is one of an engine. Without it one is played, which the report says. */
async function machineBuild(): Promise<void> {
  const startedAtMs = performance.now()
  const made = await buildMachineImage((line) => process.stdout.write(`${line}\n`))
  const told = 'id' in made ? `built ${machineImage} (${made.id}) in ${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s` : `not built: ${machineImage}, as ${made.reason}; reboots will be simulated`
  process.stdout.write(`${told}\n`)
}

const filesBelow = (folder: string): readonly string[] => readdirSync(folder).map((name) => join(folder, name))
