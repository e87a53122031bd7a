import { homedir } from 'node:os'
import { ApiClient } from './api-client.js'
import { readAccess } from './kubeconfig.js'
import { putBackAndRelease } from './put-back.js'
import { parseReleaseOrder } from './release-order.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node release-run.js <order as JSON>`. It puts the
 * template and the number of replicas back that the run changed, opens nodes that it cordoned, replaces pods that were left drained and takes the run's annotations off the workload. Pods that were told to go are replaced by their controller.
 */
const backWithinMs = 4_000 // whoever runs it gives it nine seconds
const order = parseReleaseOrder(process.argv[2] ?? '')
if (order === undefined) process.exit(1)
try {
  const environment = { HOME: homedir(), ...process.env, ...order.environment }
  const api = new ApiClient(await readAccess({ environment, ...(order.context === undefined ? {} : { context: order.context }), ...(order.files === undefined ? {} : { files: order.files }) }))
  try {
    await putBackAndRelease(api, order.target, { ...order, backWithinMs })
  } finally {
    await api.close()
  }
  process.exit(0)
} catch {
  process.exit(1)
}
