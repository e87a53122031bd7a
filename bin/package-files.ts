import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file of the installed package; compiled code runs from dist/bin. */
export const packageFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  return version
}

export const referenceDescriptor = (): string => packageFile('reference-service/seaworthy.yaml')
