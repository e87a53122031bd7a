import type { EngineConnection } from '../docker/engine-connection.js'
import type { CopiedSpec } from './copy-spec.js'
import type { FakeEngine } from './fake-engine.test-support.js'
import { stackLabel, type SwarmService } from './stack-services.js'

interface Filtered {
  readonly filters?: { readonly label?: readonly string[]; readonly service?: readonly string[] }
}
type Labels = Readonly<Record<string, string>> | undefined
type Made = SwarmService & { readonly Spec: CopiedSpec }

const has = (labels: Labels, { filters }: Filtered): boolean =>
  (filters?.label ?? []).every((label) => {
    const [key = '', value] = label.split('=')
    return value === undefined ? labels?.[key] !== undefined : labels?.[key] === value
  })

/** The engine below a fake swarm, with a stack `shop` in a network of its own, in which services and networks can be made. Those that are made run no containers, unless `runsAs` lends them the tasks of the first. */
export class FakeCopies {
  readonly services: Made[] = []
  readonly networks: { readonly id: string; readonly Name: string; readonly Labels: Labels; readonly Scope: string }[] = []
  readonly volumes = new Map<string, object>()
  /** What was done, in order. */
  readonly done: string[] = []
  /** So often a network is refused to be removed, as by a swarm that has not seen its tasks end. */
  refusals = 0
  /** The stack has a second service, of this name. */
  beside: string | undefined
  /** A service of this name is not made. */
  unwanted: string | undefined
  /** Whether what is made has the tasks and containers of the first. */
  runsAs = true

  /** What clients come in by is published at this port. */
  entryPort: () => number = () => this.below.port

  /** So many looks at a container find no address, as while it is being started. */
  addressless = 0

  constructor(private readonly below: FakeEngine) {}

  get connection(): EngineConnection {
    const { docker, address } = this.below.connection
    const made = {
      ...docker,
      listServices: async (asked: Filtered) => [...this.#first((await docker.listServices(asked as never)) as unknown as Made[]), ...this.services.filter(({ Spec }) => has(Spec.Labels, asked))],
      listTasks: async (asked: Filtered) => this.#tasks(asked, docker),
      getContainer: (id: string) => this.#container(docker.getContainer(id)),
      getVolume: (name: string) => ({ inspect: async () => this.volumes.get(name) ?? Promise.reject(Object.assign(new Error('no such volume'), { statusCode: 404 })) }),
      listNetworks: async (asked: Filtered) => this.networks.filter(({ Labels }) => has(Labels, asked)).map((one) => ({ ...one, Id: one.id })),
      createNetwork: async (spec: { readonly Name: string; readonly Labels: Labels }) => this.#makeNetwork(spec),
      createService: async (spec: CopiedSpec) => this.#makeService(spec),
      getService: (id: string) => (id === 'api' ? docker.getService(id) : { inspect: async () => this.services.find(({ ID }) => ID === id), remove: async () => this.#removeService(id) }),
      getNetwork: (id: string) => (id === 'inner' ? { inspect: async () => ({ Id: 'inner', Name: 'shop_inner', Labels: { [stackLabel]: 'shop' } }) } : { inspect: async () => ({}), remove: async () => this.#removeNetwork(id) }),
    }
    return { docker: made, address } as unknown as EngineConnection
  }

  #container(found: ReturnType<EngineConnection['docker']['getContainer']>): unknown {
    const inspect = async (): Promise<unknown> => {
      const one = await found.inspect()
      return this.services.length > 0 && this.addressless-- > 0 ? { ...one, NetworkSettings: { Networks: {} } } : one
    }
    return { ...found, inspect }
  }

  #first(found: readonly Made[]): readonly Made[] {
    return found.flatMap((one) => (this.beside === undefined ? [one] : [one, { ...one, ID: this.beside, Spec: { ...one.Spec, Name: `shop_${this.beside}` } }]))
  }

  async #tasks(asked: Filtered, docker: EngineConnection['docker']): Promise<unknown> {
    const service = this.services.find(({ ID }) => asked.filters?.service?.includes(ID) === true)
    if (service === undefined) return asked.filters?.service === undefined ? [] : docker.listTasks(asked as never)
    if (!this.runsAs) return []
    const tasks = (await docker.listTasks({ filters: { service: ['api'] } })) as unknown as { readonly Status: object }[]
    return tasks.slice(0, service.Spec.Mode.Replicated?.Replicas).map((task) => ({ ...task, Spec: { ContainerSpec: service.Spec.TaskTemplate.ContainerSpec }, Status: { ...task.Status, PortStatus: { Ports: [{ TargetPort: 80, PublishedPort: this.entryPort() }] } } }))
  }

  #makeNetwork({ Name, Labels }: { readonly Name: string; readonly Labels: Labels }): { readonly id: string } {
    const id = `network${this.networks.length}`
    this.networks.push({ id, Name, Labels, Scope: 'swarm' })
    this.done.push(`make network ${Name}`)
    return { id }
  }
  async #makeService(spec: CopiedSpec): Promise<void> {
    if (spec.Name.endsWith(`_${this.unwanted}`)) throw Object.assign(new Error('name conflicts with an existing object'), { statusCode: 409 })
    await new Promise((resolve) => setTimeout(resolve, 20))
    this.services.push({ ID: `made${this.services.length}`, Version: { Index: 1 }, Spec: spec } as Made)
    this.done.push(`make service ${spec.Name}`)
  }
  #removeService(id: string): void {
    const [gone] = this.services.splice(this.services.findIndex(({ ID }) => ID === id), 1)
    this.done.push(`remove service ${gone?.Spec.Name}`)
  }
  #removeNetwork(id: string): void {
    if (this.services.length > 0 || this.refusals-- > 0) throw Object.assign(new Error('network is in use by task'), { statusCode: 400 })
    const [gone] = this.networks.splice(this.networks.findIndex((one) => one.id === id), 1)
    this.done.push(`remove network ${gone?.Name}`)
  }
}
