import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

/** Image of a machine that runs an engine of its own. Another one of this name needs a shell and the programs below. */
export const machineImage = 'seaworthy-machine'

const programs = ['dockerd', 'containerd', 'containerd-shim-runc-v2', 'runc', 'mkdir', 'mount'] as const

/** The programs of an engine on this machine with their links resolved, or the names of those that are missing. */
export function enginePrograms(): { readonly paths: readonly string[] } | { readonly missing: readonly string[] } {
  const found = programs.map((name) => ({ name, path: pathOf(name) }))
  const missing = found.filter(({ path }) => path === undefined).map(({ name }) => name)
  return missing.length > 0 ? { missing } : { paths: found.flatMap(({ path }) => path ?? []) }
}

/** Programs of administrators lie in folders that not every search path names. */
function pathOf(name: string): string | undefined {
  const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin` }
  const { stdout, status } = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8', env: environment })
  return status === 0 ? realpathSync(stdout.trim()) : undefined
}

/** Nothing runs while it is built, so that it takes no more than to copy. */
export const machineDockerfile = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/bin:/usr/bin:/bin
`

/** Where the folder with the socket of its engine, and what its engine keeps, are mounted. */
export const socketFolder = '/engine'
export const engineDataFolder = '/var/lib/docker'

/**
 * First process of the machine: it becomes the engine. Never in the network of this computer: an engine without a bridge
 * deletes the bridge that it finds there. The control groups of a container are mounted read-only. On the second version of control groups no group may have processes and
 * divide its resources at once, so what runs already goes to a group of its own. `$0`: group that may use the socket.
 */
export const bootScript = `
groups=/sys/fs/cgroup
for one in "$groups" "$groups"/*; do mount -o remount,bind,rw "$one"; done 2>/dev/null
if [ -f "$groups/cgroup.controllers" ]; then
  mkdir -p "$groups/machine"
  while read -r pid; do echo "$pid" > "$groups/machine/cgroup.procs"; done < "$groups/cgroup.procs"
  read -r controllers < "$groups/cgroup.controllers"
  for one in $controllers; do echo "+$one" > "$groups/cgroup.subtree_control"; done
fi
exec dockerd --host unix://${socketFolder}/docker.sock --group "$0" --data-root ${engineDataFolder} --exec-root /run/docker --pidfile /run/docker.pid \\
  --bridge none --iptables=false --ip-forward=false --ip-masq=false --log-level warn`
