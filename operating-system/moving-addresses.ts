import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Reserved for names that are never resolved outside (RFC 6761). */
const suffix = '.seaworthy.invalid'

const addresses = new Map<string, string | null>()

/** A name for something whose address changes while it is used, such as a container that is started again. */
export const movingHost = (label: string): string => `${label}${suffix}`

/** Where the name leads from now on; null: to nothing, a connection to it is refused as by a machine without the process. */
export const moveAddress = (host: string, address: string | null): void => void addresses.set(host, address)
export const forgetAddress = (host: string): void => void addresses.delete(host)

/** The address a name has now, for whoever cannot look names up here; any other host as it is. */
export const currentAddress = (host: string): string => addresses.get(host) ?? host

const names = new RegExp(`[\\w.-]+${suffix.replaceAll('.', '\\.')}`, 'g')
/** The same for every name of ours in a text, such as the list of replicas that a program is given. */
export const withCurrentAddresses = (text: string): string => text.replace(names, (host) => currentAddress(host))

/** For `net.connect` and `http.request`: names of ours as they stand now, every other one as the system has it. */
export const lookupMoving: LookupFunction = (host, options, callback) => {
  if (!host.endsWith(suffix)) {
    lookup(host, options, callback)
    return
  }
  const address = addresses.get(host)
  if (address === undefined || address === null) {
    const refused = Object.assign(new Error(`connect ECONNREFUSED ${host}: it has no address now`), { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' })
    process.nextTick(callback, refused, '', 4)
    return
  }
  if (options.all === true) process.nextTick(callback, null, [{ address, family: 4 }])
  else process.nextTick(callback, null, address, 4)
}
