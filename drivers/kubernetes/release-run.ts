import { homedir } from 'node:os'
import { ApiClient } from './api-client.js'
import { releaseWorkload, runOf } from './claim.js'
import { putBackNodes } from './cordoned-nodes.js'
import { readAccess } from './kubeconfig.js'
import { parseReleaseOrder } from './release-order.js'
import { putBackTemplate } from './release-template.js'
import { putBackCount } from './replica-count.js'
import { replaceUnready } from './replace-unready.js'
import { readWorkload } from './workload.js'

/**
 * A program of its own for whoever cleans up after a run that died: `node release-run.js <order as JSON>`. It puts the
 * template and the number of replicas back that the run changed, opens nodes that it cordoned, replaces pods that were left drained and takes the run's annotations off the workload. Pods that were told to go are replaced by their controller.
 */
const order = parseReleaseOrder(process.argv[2] ?? '')
if (order === undefined) process.exit(1)
try {
  const environment = { HOME: homedir(), ...process.env, ...order.environment }
  const api = new ApiClient(await readAccess({ environment, ...(order.context === undefined ? {} : { context: order.context }), ...(order.files === undefined ? {} : { files: order.files }) }))
  try {
    await putBackNodes(api, order.target, order.runId)
    if (runOf(await readWorkload(api, order.target)) === order.runId) {
      await putBackTemplate(api, order.target, order.runId)
      await putBackCount(api, order.target, order.runId)
      await replaceUnready(api, order.target, order.readinessPath)
    }
    await releaseWorkload(api, order.target, order.runId)
  } finally {
    await api.close()
  }
  process.exit(0)
} catch {
  process.exit(1)
}
