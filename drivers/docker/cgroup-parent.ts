import { readFileSync } from 'node:fs'
import type Docker from 'dockerode'
import { engineError } from './engine-error.js'

/**
 * The group of the kernel under which the containers of a deployment are to be made; undefined: the engine's own choice. `containerId`: one that runs already.
 *
 * An engine that makes groups by itself puts all its containers under one of its own, `docker`, and the kernel shares the processors among
 * the groups of one level: a whole run of containers then gets as much as any one session or process outside. On a busy machine
 * the service would starve beside our own clients, and be blamed. Under the root each container is one among the others, as each
 * process of the process driver is. Where somebody chose another group, with limits perhaps, or systemd has a slice for containers, it stays.
 * Linux: Documentation/admin-guide/cgroup-v2.rst, "CPU"; moby: HostConfig.CgroupParent.
 */
export async function cgroupParentOf(docker: Docker, containerId: string, read = groupsOf): Promise<string | undefined> {
  try {
    const { State: state } = await docker.getContainer(containerId).inspect()
    return read(state.Pid).split('\n').some((line) => line.endsWith(`:/docker/${containerId}`)) ? '/' : undefined
  } catch (error) {
    throw engineError('asking the engine for a container that holds the place of a deployment', error)
  }
}

/** Of an engine on another kernel there is nothing to read. Linux: cgroups(7), /proc/pid/cgroup. */
function groupsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  } catch {
    return ''
  }
}

/** As an option of a container. */
export const underGroup = (parent: string | undefined): { readonly CgroupParent?: string } => (parent === undefined ? {} : { CgroupParent: parent })
