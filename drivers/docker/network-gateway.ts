import type Docker from 'dockerode'
import { exitCodes, SeaworthyError } from '../../core/errors.js'

/** The address at which the containers of a network reach the machine of the engine. `doing`: for the error. Throws SW_ENGINE where there is none of IPv4. */
export function gatewayOf({ IPAM }: Pick<Docker.NetworkInspectInfo, 'IPAM'>, doing: string): string {
  const gateway = IPAM?.Config?.find((one) => one.Gateway?.includes('.') === true)?.Gateway
  if (gateway === undefined) throw new SeaworthyError('SW_ENGINE', `while ${doing}: found no gateway, expected one of IPv4`, { exitCode: exitCodes.notConclusive })
  return gateway.replace(/\/\d+$/, '')
}
