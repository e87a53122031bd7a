import { setTimeout as pause } from 'node:timers/promises'
import type { Driver } from '../core/driver.js'
import { messageOf, SeaworthyError } from '../core/errors.js'
import type { ServiceDescriptor } from '../core/service-descriptor.js'
import { contentOfImage } from '../drivers/docker/image-content.js'
import { drivers as allDrivers } from '../drivers/index.js'
import { otherContent, referenceContent } from './reference-image.js'
import { noWayForNobody } from './way-for-nobody.js'

export interface Choice {
  readonly isReference: boolean
  /** Told of what the choice rests on, where nobody named a driver. */
  readonly tell?: (line: string) => void
  readonly drivers?: readonly Driver[]
  readonly answerWithinMs?: number
}

const answerWithinMsDefault = 15_000

/** The first that is available for a service, or the named one. Throws SeaworthyError. */
export async function chooseDriver(named: string | undefined, service: ServiceDescriptor, choice: Choice): Promise<Driver> {
  const { drivers = allDrivers, answerWithinMs = answerWithinMsDefault, tell } = choice
  if (named !== undefined && !drivers.some((one) => one.name === named)) {
    throw new SeaworthyError('SW_DRIVER_UNKNOWN', `--driver ${named}: no such driver, expected one of ${drivers.map((one) => one.name).join(', ')}`)
  }
  const reasons: string[] = []
  for (const driver of drivers.filter((one) => named === undefined || one.name === named)) {
    const reason = await reasonWithin(answerWithinMs, () => reasonAgainst(driver, service, choice))
    if (reason === undefined) {
      if (named === undefined && driver.name === 'docker') tell?.(`containers of the image ${service.target.image ?? ''}${choice.isReference ? '' : ', as it was built: what changed since then is not in it'} (--driver process: the programs that are here)`)
      return driver
    }
    reasons.push(`${driver.name}: ${reason}`)
  }
  throw new SeaworthyError('SW_DRIVER_UNAVAILABLE', `while choosing a driver: none can run this service here\n  ${reasons.join('\n  ')}`)
}

/** What cannot be found out speaks against a driver, and does not keep from the next one. */
async function reasonAgainst(driver: Driver, service: ServiceDescriptor, { isReference }: Choice): Promise<string | undefined> {
  const answer = await driver.availability(service)
  if (!answer.available) return answer.reason
  if (isReference && driver.name === 'process') return noWayForNobody()
  const { image } = service.target
  if (!isReference || driver.name !== 'docker' || image === undefined) return undefined
  try {
    return otherContent(image, await contentOfImage(image), referenceContent())
  } catch (error) {
    return messageOf(error)
  }
}

/** An engine may accept a connection and say nothing. */
async function reasonWithin(withinMs: number, ask: () => Promise<string | undefined>): Promise<string | undefined> {
  const given = new AbortController()
  const late = pause(withinMs, `no answer within ${withinMs / 1_000} s`, { signal: given.signal }).catch(() => undefined)
  try {
    return await Promise.race([ask(), late])
  } finally {
    given.abort()
  }
}
