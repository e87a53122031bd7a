import type Docker from 'dockerode'
import { exitCodes, SeaworthyError } from '../../core/errors.js'
import { engineError } from './engine-error.js'
import { deploymentName, labelsOf, type Placed } from './labels.js'

/** A network of the deployment's own. Resolves to the address at which its containers reach this machine. Throws SeaworthyError. */
export async function makeNetwork(docker: Docker, placed: Placed): Promise<string> {
  const name = deploymentName(placed)
  try {
    const network = await docker.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(placed) })
    const { IPAM } = (await network.inspect()) as { readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] } }
    const gateway = IPAM?.Config?.find((one) => one.Gateway?.includes('.') === true)?.Gateway
    if (gateway === undefined) throw new SeaworthyError('SW_ENGINE', `while making the network ${name}: found no gateway, expected one of IPv4`, { exitCode: exitCodes.notConclusive })
    return gateway.replace(/\/\d+$/, '')
  } catch (error) {
    throw engineError(`making the network ${name}`, error)
  }
}
