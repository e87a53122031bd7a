import { basename } from 'node:path'
import { SeaworthyError } from '../../core/errors.js'
import type { Component } from '../../core/service-descriptor.js'
import type { DescribedProject } from '../../drivers/compose/compose-document.js'
import type { DescribedService } from '../../drivers/compose/described-service.js'
import { imageKind } from './image-kind.js'

/** What was chosen, and why. A guess is one that a person should look at. */
export interface Choice {
  readonly why: string
  readonly isGuess: boolean
}
export interface ChosenReplicas extends Choice {
  readonly services: readonly DescribedService[]
}
export interface ChosenEntry extends Choice {
  readonly service: DescribedService
  /** Named where several are published. */
  readonly port?: number
}
export interface ChosenComponent {
  readonly service: DescribedService
  readonly role: Component['role']
  readonly hard: boolean
  readonly ownsData: boolean
  readonly port?: number
  readonly why: string
}
export interface ComposeChoices {
  readonly project: DescribedProject
  readonly replicas: ChosenReplicas
  readonly entry: ChosenEntry
  readonly components: readonly ChosenComponent[]
  readonly leftOut: readonly { readonly name: string; readonly why: string }[]
}

/** Which service is what. Throws SeaworthyError SW_INIT_COMPOSE when none can be the replicas, or none can be asked from outside. */
export function composeChoices(project: DescribedProject): ComposeChoices {
  const leftOut = project.services.flatMap((one) => {
    const why = whyLeftOut(one, project)
    return why === undefined ? [] : [{ name: one.name, why }]
  })
  const used = project.services.filter(({ name }) => !leftOut.some((one) => one.name === name))
  const own = used.filter((one) => imageKind(one).kind === 'service')
  // A web server alone, with nothing behind it, is the service.
  const candidates = own.length > 0 ? own : used.filter((one) => imageKind(one).kind === 'proxy')
  const replicas = chosenReplicas(candidates, used.filter((one) => imageKind(one).kind === 'proxy'))
  if (replicas === undefined) throw unusable(project, `no service that could be the replicas among ${namesOf(project.services)}`, 'A database, a cache or a tool alone is no service that speaks HTTP; name the file in which the service itself stands.')
  const entry = chosenEntry(used, replicas)
  if (entry === undefined) throw unusable(project, 'no service with a published port that clients could use', 'Publish the port of the load balancer, such as ports: ["8080:80"]; requests of a run go there.')
  const others = used.filter((one) => !replicas.services.includes(one) && one !== entry.service)
  const [proxiesToo, rest] = [others.filter((one) => imageKind(one).kind === 'proxy'), others.filter((one) => imageKind(one).kind !== 'proxy')]
  return {
    project,
    replicas,
    entry,
    components: rest.map((one) => chosenComponent(one, replicas.services)),
    leftOut: [...leftOut, ...proxiesToo.map(({ name }) => ({ name, why: 'another proxy' }))],
  }
}

/** A tool as a component would be killed for nothing, and a job that ended would be missed. */
function whyLeftOut(service: DescribedService, { services }: DescribedProject): string | undefined {
  if (service.hasProfile) return 'started only with a profile'
  if (service.replicas === 0) return 'it has no container'
  if (services.some(({ dependsOn }) => dependsOn.some((one) => one.service === service.name && one.waitsForEnd))) return 'a job that ends'
  return imageKind(service).kind === 'tool' ? `its image ${service.image ?? ''} watches or administers the others` : undefined
}

function chosenReplicas(candidates: readonly DescribedService[], proxies: readonly DescribedService[]): ChosenReplicas | undefined {
  const [only] = candidates
  if (only === undefined) return undefined
  const behind = candidates.filter((one) => one.labels.some(isRouting) || proxies.some(({ dependsOn }) => dependsOn.some(({ service }) => service === one.name)))
  // A worker may have more containers than the service that the proxy asks.
  const likely = behind.length > 0 ? behind : candidates
  const several = likely.filter(({ replicas }) => replicas > 1)
  const [first] = several
  if (first !== undefined && several.length === 1) return { services: [first], isGuess: false, why: `the only service with more than one replica (${first.replicas})` }
  if (first !== undefined) {
    const chosen = several.find(publishes) ?? first
    return { services: [chosen], isGuess: true, why: `${namesOf(several)} have more than one replica; ${chosen.name} was taken (${chosen.replicas}), as it is the first${publishes(chosen) ? ' with a published port' : ''}` }
  }
  const alike = likely.map((one) => candidates.filter((other) => isAlike(one, other))).reduce((most, some) => (some.length > most.length ? some : most))
  if (alike.length > 1) return { services: alike, isGuess: true, why: `${namesOf(alike)} are made from the same image` }
  const [proxied] = behind
  if (proxied !== undefined && behind.length === 1) return { services: [proxied], isGuess: candidates.length > 1, why: `it is behind the proxy${proxied.labels.some(isRouting) ? ', as its labels say' : `, which depends on it`}` }
  if (candidates.length === 1) return { services: [only], isGuess: false, why: 'the only service of its own' }
  const published = likely.find(publishes)
  const chosen = published ?? proxied ?? only
  return { services: [chosen], isGuess: true, why: `which of ${namesOf(likely)} is meant is not clear; ${chosen.name} was taken, as it is the first${published === undefined ? '' : ' with a published port'}` }
}

const isRouting = (label: string): boolean => label.startsWith('traefik.http.')
const namesOf = (services: readonly DescribedService[]): string => services.map(({ name }) => name).join(', ') || 'none'
/** app1 and app2, or one image started in the same way; a worker made from the image of the service is not. */
const stem = (name: string): string => name.replace(/[-_.]?(\d+|[a-c])$/, '')
const isAlike = (one: DescribedService, other: DescribedService): boolean =>
  one === other || (one.origin !== '' && one.origin === other.origin && (one.start === other.start || stem(one.name) === stem(other.name)))

const publishes = ({ publishedPorts }: DescribedService): boolean => publishedPorts.length > 0
/** A usual port of plain HTTP before any other; 443 last. */
const portOrder = [80, 8_080, 8_000, 3_000]
const rank = (port: number): number => (portOrder.includes(port) ? portOrder.indexOf(port) : port === 443 ? portOrder.length + 1 : portOrder.length)

function chosenEntry(used: readonly DescribedService[], { services }: ChosenReplicas): ChosenEntry | undefined {
  const published = used.filter((one) => publishes(one) && imageKind(one).kind !== 'component')
  const proxies = published.filter((one) => imageKind(one).kind === 'proxy')
  const before = proxies.filter(({ dependsOn }) => dependsOn.some(({ service }) => services.some(({ name }) => name === service)))
  const service = before[0] ?? proxies[0] ?? services.find(publishes) ?? published[0]
  if (service === undefined) return undefined
  const ports = service.publishedPorts.toSorted((a, b) => rank(a) - rank(b))
  const several = ports.length > 1 ? `; of its published ports ${service.publishedPorts.join(', ')} the likeliest` : ''
  const named = several === '' ? {} : { port: ports[0] ?? 80 }
  if (service.replicas > 1) return { service, ...named, isGuess: true, why: `its ${service.replicas} containers publish a port each, but requests need one address: put a balancer in front of them` }
  const isProxy = proxies.includes(service)
  if (published.length === 1) return { service, ...named, isGuess: several !== '', why: `${isProxy ? 'a proxy, and ' : ''}the only service with a published port${several}` }
  if (isProxy) return { service, ...named, isGuess: proxies.length > 1 || several !== '', why: `a proxy with a published port${several}` }
  return { service, ...named, isGuess: true, why: `no proxy publishes a port, but ${namesOf(published)} do; ${service.name} was taken, as it is ${services.includes(service) ? 'a replica' : 'the first'}${several}` }
}

function chosenComponent(service: DescribedService, replicas: readonly DescribedService[]): ChosenComponent {
  const kind = imageKind(service)
  const role = kind.kind === 'component' ? kind.role : 'dependency'
  const needs = replicas.flatMap(({ dependsOn }) => dependsOn)
  const need = needs.find((one) => one.service === service.name)
  const isDatabase = role === 'db-primary' || role === 'db-replica'
  // Where nothing is said of what is needed, the data are: a service is seldom meant to go on without them.
  const isStore = role === 'db-primary' || (role === 'dependency' && service.hasVolume)
  const isHard = need?.required ?? (needs.length === 0 && isStore)
  const port = (kind.kind === 'component' ? kind.port : undefined) ?? service.exposedPorts[0] ?? service.publishedPorts[0]
  const depends = need === undefined ? (needs.length === 0 ? `depends_on of the replicas names nothing${isStore ? ' and it keeps data' : ''}` : 'depends_on of the replicas does not name it') : `depends_on of the replicas names it${need.required ? '' : ' as not required'}`
  return {
    service,
    role,
    hard: isHard,
    ownsData: isDatabase || role === 'storage' || service.hasVolume,
    ...(port === undefined ? {} : { port }),
    why: `${kind.kind === 'component' ? `role from ${service.image === undefined ? `the name ${service.name}` : `the image ${service.image}`}` : 'a role that is not known from its image'}; ${isHard ? 'hard' : 'not hard'}, as ${depends}`,
  }
}

const unusable = ({ file }: DescribedProject, found: string, hint: string): SeaworthyError =>
  new SeaworthyError('SW_INIT_COMPOSE', `while looking for the service in ${basename(file)}: found ${found} (${file})`, { hint })
