import type Docker from 'dockerode'
import { engineError } from './engine-error.js'
import { deploymentName, labelsOf, type Placed } from './labels.js'
import { gatewayOf } from './network-gateway.js'

/** A network of the deployment's own. Resolves to the address at which its containers reach this machine. Throws SeaworthyError. */
export async function makeNetwork(docker: Docker, placed: Placed): Promise<string> {
  const name = deploymentName(placed)
  const doing = `making the network ${name}`
  try {
    const network = await docker.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labelsOf(placed) })
    return gatewayOf(await network.inspect(), doing)
  } catch (error) {
    throw engineError(doing, error)
  }
}
