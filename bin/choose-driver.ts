import type { Driver } from '../core/driver.js'
import { SeaworthyError } from '../core/errors.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { contentOfImage } from '../drivers/docker/image-content.js'
import { drivers } from '../drivers/index.js'
import { otherContent, referenceContent } from './reference-image.js'

/** The first that is available for a service, or the named one. Throws SeaworthyError. */
export async function chooseDriver(named: string | undefined, service: ServiceDescriptor, { isReference }: { readonly isReference: boolean }): Promise<Driver> {
  if (named !== undefined && !drivers.some((one) => one.name === named)) {
    throw new SeaworthyError('SW_DRIVER_UNKNOWN', `--driver ${named}: no such driver, expected one of ${drivers.map((one) => one.name).join(', ')}`)
  }
  const reasons: string[] = []
  for (const driver of drivers.filter((one) => named === undefined || one.name === named)) {
    const answer = await driver.availability(service)
    const reason = answer.available ? await staleImage(driver, service, isReference) : answer.reason
    if (reason === undefined) return driver
    reasons.push(`${driver.name}: ${reason}`)
  }
  throw new SeaworthyError('SW_DRIVER_UNAVAILABLE', `while choosing a driver: none can run this service here\n  ${reasons.join('\n  ')}`)
}

async function staleImage({ name }: Driver, { target: { image } }: ServiceDescriptor, isReference: boolean): Promise<string | undefined> {
  return isReference && name === 'docker' && image !== undefined ? otherContent(image, await contentOfImage(image), referenceContent()) : undefined
}
