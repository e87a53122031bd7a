import type { Driver } from '../core/driver.js'
import { withClient } from './client/with-client.js'
import { composeDriver } from './compose/compose-driver.js'
import { dockerDriver } from './docker/docker-driver.js'
import { kubernetesDriver } from './kubernetes/kubernetes-driver.js'
import { processDriver } from './process/process-driver.js'
import { remoteDriver } from './remote/remote-driver.js'
import { swarmDriver } from './swarm/swarm-driver.js'

/** All drivers, in order of preference: the first one that is available for a service is taken. Containers, where an engine has the image, are nearer to where the service will run. */
export const drivers: readonly Driver[] = [dockerDriver, processDriver, remoteDriver, composeDriver, swarmDriver, kubernetesDriver].map(withClient)
