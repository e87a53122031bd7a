import { writeFile } from 'node:fs/promises'
import type Docker from 'dockerode'
import { within } from './end-container.js'

const answerWithinMs = 2_000

type Inspected = Docker.ContainerInspectInfo

/**
 * What the engine says of a container, for who wonders why it ended: only what is named here. Values of variables, commands, labels, paths of
 * this machine and what health checks printed may hold secrets.
 */
export function inspectionOf({ Id, Name, Image, Created, RestartCount, State, Config, HostConfig, NetworkSettings, Mounts }: Inspected): Readonly<Record<string, unknown>> {
  const { Health: health, Status, Running, Paused, Restarting, OOMKilled, Dead, Pid, ExitCode, Error: error, StartedAt, FinishedAt } = State as Inspected['State'] & { readonly Health?: { readonly Status?: string; readonly FailingStreak?: number } }
  const { StopSignal, StopTimeout } = Config as { readonly StopSignal?: string; readonly StopTimeout?: number }
  return {
    Id,
    Name,
    Image,
    Created,
    RestartCount,
    // The text of an error may hold the command and paths.
    State: { Status, Running, Paused, Restarting, OOMKilled, Dead, Pid, ExitCode, StartedAt, FinishedAt, hasError: error !== undefined && error !== '', ...(health === undefined ? {} : { Health: { Status: health.Status, FailingStreak: health.FailingStreak } }) },
    Config: { Image: Config.Image, User: Config.User, StopSignal, StopTimeout, ExposedPorts: Config.ExposedPorts, EnvironmentNames: (Config.Env ?? []).map((one) => one.split('=', 1)[0]) },
    HostConfig: {
      RestartPolicy: HostConfig.RestartPolicy,
      NetworkMode: HostConfig.NetworkMode,
      Memory: HostConfig.Memory,
      NanoCpus: HostConfig.NanoCpus,
      CpuShares: HostConfig.CpuShares,
      CpuQuota: HostConfig.CpuQuota,
      PidsLimit: HostConfig.PidsLimit,
      OomKillDisable: HostConfig.OomKillDisable,
    },
    Ports: NetworkSettings.Ports,
    Networks: Object.fromEntries(Object.entries(NetworkSettings.Networks).map(([name, { IPAddress: address }]) => [name, { IPAddress: address }])),
    Mounts: Mounts.map(({ Type: type, Name: name, Destination: destination, RW: writable }) => ({ Type: type, Name: name, Destination: destination, RW: writable })),
  }
}

/** Writes one file for each container that is there still. Evidence that is not to be had is no failure. Never throws, and takes no longer than an engine that answers. */
export async function keepInspections(docker: Pick<Docker, 'getContainer'>, files: readonly { readonly id: string; readonly file: string }[]): Promise<void> {
  const kept = files.map(async ({ id, file }) => writeFile(file, `${JSON.stringify(inspectionOf(await docker.getContainer(id).inspect()), null, 2)}\n`))
  await within(Promise.allSettled(kept), answerWithinMs)
}
