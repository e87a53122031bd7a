import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type Docker from 'dockerode'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { contentLabel } from './image-content.js'
import { connectEngine } from './engine-connection.js'
import { engineError } from './engine-error.js'
import { enginePrograms, machineDockerfile, machineImage } from './machine-image.js'
import { layOutMachine, layOutOfflineBase } from './offline-base.js'

export interface ImageBuild {
  readonly name: string
  readonly dockerfile: string
  /** Files and folders of the image: path on this machine, path below `app` in the image. */
  readonly files: readonly { readonly from: string; readonly to: string }[]
  /** Programs among them whose libraries an offline base must have. */
  readonly programs: readonly string[]
  /** From what is on this machine, without a registry. */
  readonly offline: boolean
  /** What it is built from, as a digest that the image carries. */
  readonly content: string
  /** Instead of the default of the Dockerfile. */
  readonly baseImage: string | undefined
  readonly tell: (line: string) => void
}

/** Name of the base that `offline` makes. */
const offlineBase = 'seaworthy-offline-base'
const imageLabel = { 'seaworthy.image': 'reference' }
const machineLabel = { 'seaworthy.image': 'machine' }

/** Builds the image of the reference service. Resolves to its id. Throws SeaworthyError. */
export async function buildImage(build: ImageBuild): Promise<string> {
  const { docker } = await connectEngine()
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-image-'))
  try {
    if (build.offline) await buildOfflineBase(docker, join(folder, 'base'), build)
    const context = join(folder, 'context')
    for (const { from, to } of build.files) {
      mkdirSync(dirname(join(context, 'app', to)), { recursive: true })
      cpSync(from, join(context, 'app', to), { recursive: true, dereference: true })
    }
    writeFileSync(join(context, 'app', 'package.json'), '{ "type": "module" }\n')
    mkdirSync(join(context, 'data'))
    cpSync(build.dockerfile, join(context, 'Dockerfile'))
    const base = build.offline ? offlineBase : build.baseImage
    await buildFolder(docker, context, { name: build.name, tell: build.tell, labels: { ...imageLabel, [contentLabel]: build.content }, ...(base === undefined ? {} : { base }) })
    return (await docker.getImage(build.name).inspect()).Id
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Modes that are open to others do not survive the way to the engine. */
const offlineDockerfile = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/bin:/usr/bin:/bin
RUN ["node", "-e", "fs.chmodSync('/tmp', 0o1777)"]
`

async function buildOfflineBase(docker: Docker, context: string, { programs, tell }: ImageBuild): Promise<void> {
  mkdirSync(join(context, 'root'), { recursive: true })
  layOutOfflineBase(join(context, 'root'), programs)
  writeFileSync(join(context, 'Dockerfile'), offlineDockerfile)
  await buildFolder(docker, context, { name: offlineBase, tell })
}

/**
 * Builds the machine with an engine of its own from the engine on this machine. Resolves to its id, or to the reason why
 * it cannot be built here. Throws SeaworthyError.
 */
export async function buildMachineImage(tell: (line: string) => void): Promise<{ readonly id: string } | { readonly reason: string }> {
  const programs = enginePrograms()
  if ('missing' in programs) return { reason: `there is no ${programs.missing.join(', ')} on this machine` }
  const { docker } = await connectEngine()
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-image-'))
  try {
    mkdirSync(join(folder, 'root'))
    layOutMachine(join(folder, 'root'), programs.paths)
    writeFileSync(join(folder, 'Dockerfile'), machineDockerfile)
    await buildFolder(docker, folder, { name: machineImage, tell, labels: machineLabel })
    return { id: (await docker.getImage(machineImage).inspect()).Id }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

interface FolderBuild {
  readonly name: string
  readonly tell: (line: string) => void
  readonly base?: string
  readonly labels?: Readonly<Record<string, string>>
}

async function buildFolder(docker: Docker, context: string, { name, tell, base, labels = imageLabel }: FolderBuild): Promise<void> {
  const buildargs = base === undefined ? {} : { BASE_IMAGE: base }
  try {
    const output = await docker.buildImage({ context, src: ['.'] }, { t: name, labels, buildargs, rm: true, forcerm: true })
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        output,
        (error) => (error === null ? resolve() : reject(error)),
        (line: { readonly stream?: string; readonly error?: string }) => {
          if (line.error !== undefined) reject(new Error(line.error))
          else if (line.stream !== undefined && line.stream.trim() !== '') tell(line.stream.trimEnd())
        },
      )
    })
  } catch (error) {
    const known = engineError(`building the image ${name}`, error)
    throw new SeaworthyError('SW_IMAGE_BUILD', known.message, {
      exitCode: exitCodes.notConclusive,
      cause: error,
      hint: 'without a registry: seaworthy image build --offline, or --base-image with an image that is on this machine',
    })
  }
}
