import { z } from 'zod'
import type { RemoteTarget, ServiceTarget } from '../../core/service-descriptor.js'
import { composeTarget, composeTargetOf } from './compose.js'
import { kubernetesTarget, kubernetesTargetOf } from './kubernetes.js'
import { swarmTarget, swarmTargetOf } from './swarm.js'
import { DescriptorContradiction } from '../descriptor-contradiction.js'
import { command, component, duration, unit } from '../descriptor-parts.js'
import { durationMs, list } from '../descriptor-from-parts.js'

const disposable = z.boolean().default(false).describe('may hold nothing that matters: allows destructive procedures')

/** What the harness starts itself, as processes or in containers. */
const processTarget = z.strictObject({
  kind: z.literal('process'),
  disposable,
  install: command.optional().describe('run once per deployment before the first start'),
  image: z.string().min(1).optional().describe('container image with all programs of the target; the commands must work in its working directory'),
  replicas: z.strictObject({ ...unit, count: z.number().int().min(1).max(16).default(1) }),
  components: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name of lower-case letters, digits and hyphens'), component).default({}),
})

const address = z
  .string()
  .regex(/^(http|tcp):\/\/(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?\/?$/, 'expected http://HOST:PORT without a path (or tcp://HOST:PORT beside client); for https, name a tunnel or the port behind it')
  .refine((text) => URL.canParse(text), 'expected a valid URL')
const hook = z.string().min(1).max(4_000)

/** What runs elsewhere already and is reached by URL; everything that is done to it is a shell command. */
const remoteTarget = z.strictObject({
  kind: z.literal('remote'),
  disposable,
  url: z.union([address, z.array(address).min(1).max(16)]).describe('where the service is reached: one URL, or one for each replica, past any balancer'),
  restart: unit.restart,
  startAtBoot: unit.startAtBoot,
  bootId: z
    .string()
    .regex(/^http:\/\/[^\s#]+(#(\/[^/#]*)+)?$/, 'expected http://HOST:PORT/PATH, with #POINTER when the answer is JSON')
    .optional()
    .describe('where a machine says which boot it is in, such as http://{host}:9000/boot#/id: the witness of a reboot'),
  hooks: z
    .strictObject({
      start: hook.optional(),
      stop: hook.optional().describe('asks it to stop as an operator does; ends when it has stopped, or sooner'),
      kill: hook.optional().describe('SIGKILL, past the supervision'),
      signal: hook.optional().describe('sends {signal} to the main process; without it the stop hook begins an undeclared drain'),
      hold: hook.optional().describe('keeps it down against its supervisor'),
      release: hook.optional().describe('takes the hold back'),
      freeze: hook.optional(),
      thaw: hook.optional(),
      reboot: hook.optional().describe('reboots the machine, {manner} orderly or power-loss; ends when it was ordered'),
      logs: hook.optional().describe('prints what the service logged; asked at the end of each scenario'),
      timeout: duration.default('30s').describe('of one hook'),
    })
    .prefault({})
    .describe('shell commands; {instance}, {index}, {host}, {port} and {url} are replaced'),
})

export const targetSection = z.discriminatedUnion('kind', [processTarget, remoteTarget, composeTarget, swarmTarget, kubernetesTarget])
export type TargetDocument = z.infer<typeof targetSection>

/** Components of a target document; what is not started here has none. */
export const componentsOf = (target: TargetDocument): Readonly<Record<string, unknown>> => (target.kind === 'remote' || target.kind === 'kubernetes' ? {} : target.components)

export interface AroundTarget {
  /** A client module does the talking. */
  readonly hasClient: boolean
  readonly stopDeclared: boolean
  /** Of the descriptor. */
  readonly directory: string
}

/** Throws DescriptorContradiction. */
export function targetOf(document: TargetDocument, { hasClient, stopDeclared, directory }: AroundTarget): ServiceTarget {
  if (document.kind === 'compose') return composeTargetOf(document, directory, stopDeclared)
  if (document.kind === 'swarm') return swarmTargetOf(document, stopDeclared)
  if (document.kind === 'kubernetes') return kubernetesTargetOf(document)
  if (document.kind === 'remote') return remoteOf(document, hasClient)
  const { disposable: isDisposable, install, image, replicas, components } = document
  return {
    kind: 'process',
    disposable: isDisposable,
    ...(install === undefined ? {} : { install }),
    ...(image === undefined ? {} : { image }),
    replicas,
    components: Object.entries(components).map(([name, { ready, ...rest }]) => ({
      ...rest,
      name,
      ready: ready === 'tcp' ? { kind: 'tcp' } : { kind: 'http', path: ready },
    })),
  }
}

/** A hook that has no counterpart would leave the service as the fault left it. */
const undoneBy = { stop: 'start', kill: 'start', hold: 'release', freeze: 'thaw' } as const
const placeholders: ReadonlySet<string> = new Set(['instance', 'index', 'host', 'port', 'url', 'signal', 'manner', 'graceMs'])

function remoteOf({ disposable: isDisposable, url, restart, startAtBoot, bootId, hooks }: Extract<TargetDocument, { kind: 'remote' }>, hasClient: boolean): ServiceTarget {
  const { timeout, ...commands } = hooks
  for (const [name, undo] of Object.entries(undoneBy)) {
    if (commands[name as keyof typeof undoneBy] === undefined || commands[undo] !== undefined) continue
    throw new DescriptorContradiction(['target', 'hooks', name], `expected hooks.${undo} as well: without it nothing could take back what ${name} does`)
  }
  if (commands.reboot !== undefined && bootId === undefined) throw new DescriptorContradiction(['target', 'hooks', 'reboot'], 'expected target.bootId as well: without it nothing shows that the machine was rebooted')
  for (const [name, text] of Object.entries(commands)) {
    const unknown = [...(text ?? '').matchAll(/(?<!\$)\{([A-Za-z_][A-Za-z0-9_-]*)\}/g)].map((match) => match[1] ?? '').find((one) => !placeholders.has(one))
    if (unknown !== undefined) throw new DescriptorContradiction(['target', 'hooks', name], `unknown placeholder {${unknown}}, expected one of ${[...placeholders].map((one) => `{${one}}`).join(', ')}`)
  }
  const urls = list(url, [])
  if (new Set(urls.map((one) => new URL(one).host)).size < urls.length) throw new DescriptorContradiction(['target', 'url'], 'names one address twice: one replica counted as two would survive its own loss')
  const foreign = urls.findIndex((one) => one.startsWith('tcp:') !== hasClient)
  if (foreign >= 0) throw new DescriptorContradiction(typeof url === 'string' ? ['target', 'url'] : ['target', 'url', foreign], hasClient ? 'expected tcp://HOST:PORT beside client' : 'expected http://HOST:PORT: a service that does not speak HTTP needs a client module')
  const remote: RemoteTarget = {
    urls: urls.map((one) => new URL(one)),
    hooks: Object.fromEntries(Object.entries(commands).filter(([, text]) => text !== undefined)),
    hookTimeoutMs: durationMs(timeout),
    ...(bootId === undefined ? {} : { bootId: bootIdOf(bootId) }),
  }
  return { kind: 'remote', disposable: isDisposable, replicas: { command: [], env: {}, restart, startAtBoot, count: urls.length }, components: [], remote }
}

function bootIdOf(text: string): NonNullable<RemoteTarget['bootId']> {
  const [url = '', pointer] = text.split('#')
  if (!URL.canParse(url.replaceAll(/\{(host|port|index)\}/g, '1'))) throw new DescriptorContradiction(['target', 'bootId'], 'expected a valid URL such as http://{host}:9000/boot#/id')
  return { url, ...(pointer === undefined ? {} : { pointer }) }
}
