import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { watchInterruption } from '../../bin/interruption.js'
import { packageFile } from '../../bin/package-files.js'
import { messageOf, SeaworthyError } from '../../core/errors.js'
import { readManifests } from './manifests.js'
import { runTrial } from './trial.js'

/**
 * `npm run test:kubernetes`: the reference service in a real cluster, judged by the kubernetes driver. SEAWORTHY_TEST_KUBECONFIG names the
 * kubeconfig, SEAWORTHY_TEST_IMAGE the image, which the cluster must have or be able to pull. Without a kubeconfig it says so and ends with 0.
 */
const readyWithinMs = 180_000
const kubeconfig = process.env['SEAWORTHY_TEST_KUBECONFIG'] ?? ''
const image = process.env['SEAWORTHY_TEST_IMAGE'] ?? ''

async function main(): Promise<number> {
  if (kubeconfig === '') {
    console.log('!!! THE KUBERNETES DRIVER WAS NOT TESTED AGAINST A CLUSTER: skipped, as SEAWORTHY_TEST_KUBECONFIG names no kubeconfig')
    return 0
  }
  if (!existsSync(kubeconfig)) {
    console.error(`!!! SEAWORTHY_TEST_KUBECONFIG names ${kubeconfig}, which is not there`)
    return 64
  }
  if (image === '') {
    console.error('!!! SEAWORTHY_TEST_KUBECONFIG is set, and SEAWORTHY_TEST_IMAGE names no image of the reference service (seaworthy image build makes one)')
    return 64
  }
  using interruption = watchInterruption((message) => console.log(message))
  try {
    const root = packageFile('.')
    await runTrial({ root, kubeconfig, image, manifests: readManifests(join(root, 'reference-service/deploy')), readyWithinMs, signal: interruption.signal, tell: (line) => console.log(`--- ${line}`) })
    console.log('the kubernetes driver works in a real cluster')
    return 0
  } catch (thrown) {
    console.error(`!!! ${messageOf(thrown)}`)
    if (thrown instanceof SeaworthyError && thrown.hint !== undefined) console.error(thrown.hint)
    return interruption.exitCode() ?? 1
  }
}

process.exit(await main())
