import type Docker from 'dockerode'
import { engineError } from './engine-error.js'

/**
 * The group of the kernel under which a container is to be made; undefined: the engine's own choice.
 *
 * An engine that makes groups by itself (`cgroupfs`) puts all its containers under one, and the kernel shares the processors among
 * the groups of one level: a whole run of containers then gets as much as any one session or process outside. On a busy machine
 * the service would starve beside our own clients, and be blamed. Under the root each container is one among the others, as each
 * process of the process driver is. Under systemd containers already stand in a slice beside that of the users.
 * Linux: Documentation/admin-guide/cgroup-v2.rst, "CPU"; moby: HostConfig.CgroupParent.
 */
export async function cgroupParentOf(docker: Docker): Promise<string | undefined> {
  try {
    const { CgroupDriver: driver } = (await docker.info()) as { readonly CgroupDriver?: string }
    return driver === 'cgroupfs' ? '/' : undefined
  } catch (error) {
    throw engineError('asking the engine how it makes groups of processes', error)
  }
}

/** As an option of a container. */
export const underGroup = (parent: string | undefined): { readonly CgroupParent?: string } => (parent === undefined ? {} : { CgroupParent: parent })
