import { writeFile } from 'node:fs/promises'
import type Docker from 'dockerode'
import type { DeployOptions } from '../../core/driver.js'
import { SeaworthyError } from '../../core/errors.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { lastLines } from '../../operating-system/last-lines.js'
import { logFileOf, type DeploymentFolders } from '../process/deployment-folders.js'
import { folderBinds } from './container-options.js'
import { engineError } from './engine-error.js'
import { labelsOf, objectName } from './labels.js'

const installTimeoutMs = 120_000
const outputLinesMax = 20

export interface Installation {
  readonly service: ServiceDescriptor
  readonly folders: DeploymentFolders
  readonly options: DeployOptions
  readonly environment: Readonly<Record<string, string>>
}

/** Runs the descriptor's install command once, in a container of the same image. Throws SeaworthyError SW_INSTALL_FAILED. */
export async function installInContainer(docker: Docker, { service, folders, options, environment }: Installation): Promise<void> {
  const words = (service.target.install ?? []).map((word) => word.replaceAll('{machine}', folders.machine).replaceAll('{run}', folders.run).replaceAll('{shared}', folders.shared))
  if (words.length === 0) return
  const variables = { MACHINE_DIRECTORY: folders.machine, RUN_DIRECTORY: folders.run, SHARED_DIRECTORY: folders.shared, ...environment }
  let code: number | string
  try {
    const container = await docker.createContainer({
      name: objectName(options, 'install'),
      Image: service.target.image ?? '',
      Cmd: words,
      Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      Labels: labelsOf(options),
      Healthcheck: { Test: ['NONE'] },
      Tty: true, // one stream, without frames
      HostConfig: { Binds: folderBinds(folders) },
    })
    await container.start()
    code = await exitOf(container, options.signal)
    await writeFile(logFileOf(folders, 'install'), await container.logs({ stdout: true, stderr: true, follow: false }))
    await container.remove({ force: true })
  } catch (error) {
    throw engineError('installing the service in a container', error)
  }
  if (code === 0) return
  const said = await lastLines(logFileOf(folders, 'install'), { linesMax: outputLinesMax })
  throw new SeaworthyError('SW_INSTALL_FAILED', `while installing the service with "${words.join(' ')}": found ${typeof code === 'number' ? `exit code ${code}` : code}, expected exit code 0\n${said.join('\n')}`)
}

async function exitOf(container: Docker.Container, signal: AbortSignal): Promise<number | string> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(installTimeoutMs)])
  const cut = new Promise<string>((resolve) => {
    limit.addEventListener('abort', () => resolve(signal.aborted ? 'that the run was interrupted' : `that it still ran after ${installTimeoutMs / 1_000} s`), { once: true })
  })
  return Promise.race([container.wait().then(({ StatusCode: code }: { readonly StatusCode: number }) => code), cut])
}
