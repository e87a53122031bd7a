import { basename, dirname, relative } from 'node:path'
import type { DescribedService } from '../../drivers/compose/described-service.js'
import type { ChosenComponent, ComposeChoices } from './compose-choices.js'
import { operationNames, text } from './descriptor-text.js'

export interface ComposeFindings extends ComposeChoices {
  /** Where the descriptor will be. */
  readonly path: string
  readonly schemaPath: string
  /** Pages that were named beside the file. */
  readonly wanted: readonly string[]
}

/** Names in the file come from elsewhere: none may end a comment and begin a line. */
const comment = (said: string): string => `# ${said.replaceAll(/[\s\p{Cc}]+/gu, ' ')}`
const because = ({ why, isGuess }: { readonly why: string; readonly isGuess: boolean }): string => comment(`${isGuess ? 'guessed: ' : ''}${why}`)

/** A seaworthy.yaml of a project that was read from its Compose file; what was guessed says so. */
export function composeText(findings: ComposeFindings): string {
  const { project, replicas, path, schemaPath, leftOut } = findings
  return [
    `# yaml-language-server: $schema=${schemaPath}`,
    comment(`Written by \`seaworthy init\` from ${basename(project.file)}: nothing was started, and nothing was sent. Look at the lines with "guessed:", then check it with \`seaworthy doctor\`.`),
    ...(project.hasOtherFiles ? [comment('guessed: include, or extends from another file, was not followed; services that stand there are not here.')] : []),
    'schema: seaworthy/v1',
    `service: ${text(project.name)}`,
    'target:',
    '  kind: compose',
    `  project: ${text(project.name)}  ${comment(project.nameFrom)}`,
    `  file: ${fileFrom(dirname(path), project.file)}  # brings the project up when nothing of it runs, and takes it down again; one that runs is attached to`,
    '  # Say `disposable: true` once the project holds nothing that matters: destructive procedures need it, and --allow destructive.',
    ...replicasLines(findings),
    ...componentsLines(findings.components),
    ...leftOut.map(({ name, why }) => `  ${comment(`${name} was left out: ${why}.`)}`),
    ...(leftOut.length === 0 ? [] : ['  # What of these runs beside the service leaves START-05 undecided until it is declared under components: it may keep what the others lose.']),
    `  ${comment(`Read from the project in each run: the number of replicas, and their restart policy (${replicas.services.map((one) => `${one.name}: ${one.restart}`).join(', ')}).`)}`,
    ...balancerLines(findings),
    ...healthLines(replicas.services),
    ...stopLines(replicas.services),
    'traffic:',
    ...(findings.wanted.length > 0 ? operationNames(findings.wanted) : [['read', '/'] as const]).map(([operation, page]) => `  ${operation}: { http: ${JSON.stringify(`GET ${page}`)} }`),
    ...(findings.wanted.length > 0 ? [] : ['  # guessed: name a page that matters; --from http://localhost:8080/items beside the file would have']),
    '',
  ].join('\n')
}

function fileFrom(directory: string, file: string): string {
  const path = relative(directory, file)
  const whole = path.startsWith('.') || path.startsWith('/') ? path : `./${path}`
  return /^[\w./-]+$/.test(whole) ? whole : JSON.stringify(whole)
}

function replicasLines({ replicas, entry }: ComposeFindings): string[] {
  const names = replicas.services.map(({ name }) => text(name))
  const count = replicas.services.reduce((sum, one) => sum + one.replicas, 0)
  const port = replicas.services.map(replicaPort).find((one) => one !== undefined)
  return [
    `  ${because(replicas)}`,
    `  replicas: { service: ${names.length === 1 ? names[0] : `[${names.join(', ')}]`}${port === undefined ? '' : `, port: ${port.number}`} }${port === undefined ? '' : `  ${comment(`the port is ${port.from}`)}`}`,
    ...(port === undefined ? ['  # The file names no port of them. If their image does not expose exactly one, add it: port: 8080'] : []),
    ...(count > 1 ? [] : ['  # One replica: nothing can be said about losing one.']),
    `  entry: { service: ${text(entry.service.name)}${entry.port === undefined ? '' : `, port: ${entry.port}`} }  ${because(entry)}`,
  ]
}

/** Where a health check asks its own container: `curl -f http://localhost:8080/ready`, and without the scheme. */
function asked(service: DescribedService): { readonly path: string; readonly port?: number } | undefined {
  const match = /(https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d+|\$\{?\w+\}?))?(\/[^\s"'`|;)]*)?/.exec(service.healthcheck ?? '')
  if (match === null) return undefined
  const [, scheme, port, path = scheme === undefined ? undefined : '/'] = match
  if (path === undefined || /^\/[/\\]|[${}\p{Cc}]/u.test(path)) return undefined
  return { path, ...(port !== undefined && /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535 ? { port: Number(port) } : {}) }
}

function replicaPort(service: DescribedService): { readonly number: number; readonly from: string } | undefined {
  const { port } = asked(service) ?? {}
  if (port !== undefined) return { number: port, from: 'that of its health check' }
  const [exposed] = service.exposedPorts
  if (exposed !== undefined) return { number: exposed, from: `that of expose${service.exposedPorts.length > 1 ? ' (guessed: the first)' : ''}` }
  const [published] = service.publishedPorts
  return published === undefined ? undefined : { number: published, from: `the one that is published${service.publishedPorts.length > 1 ? ' (guessed: the first)' : ''}` }
}

const reserved = /^(replica-\d+|replicas|machine|network|install)$/

function componentsLines(components: readonly ChosenComponent[]): string[] {
  const names: string[] = []
  for (const { service } of components) {
    const plain = service.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replace(/^[^a-z]+/, '') || 'component'
    const free = reserved.test(plain) ? `${plain}-service` : plain
    names.push(names.includes(free) ? `${free}-${names.length + 1}` : free)
  }
  return components.length === 0 ? [] : ['  components:', ...components.flatMap((one, index) => componentLines(names[index] ?? '', one))]
}

function componentLines(name: string, { service, role, hard, ownsData, port, why }: ChosenComponent): string[] {
  const ready = role === 'dependency' || role === 'storage' ? asked(service) : undefined
  const at = ready?.port ?? port
  const parts = [
    ...(name === service.name ? [] : [`service: ${text(service.name)}`]),
    ...(at === undefined ? [] : [`port: ${at}`]),
    `role: ${role}`,
    `hard: ${hard}`,
    ...(ownsData ? ['ownsData: true'] : []),
    ...(ready === undefined ? [] : [`ready: ${text(ready.path)}`]),
  ]
  return [`    ${comment(`guessed: ${why}${ownsData ? '; it is said to hold acknowledged writes' : ''}`)}`, `    ${text(name)}: { ${parts.join(', ')} }`]
}

function balancerLines({ entry, replicas }: ComposeFindings): string[] {
  if (replicas.services.includes(entry.service)) return []
  return [
    '# How the proxy watches the replicas stands in its own configuration: put that here. Until then DRAIN-04, RDND-02 and RDND-03 do not fail for',
    '# what rests on the times below, which are a guess.',
    '# balancer: { interval: 1s, fall: 2, rise: 1, timeout: 1s }',
  ]
}

function healthLines(services: readonly DescribedService[]): string[] {
  const found = services.map((one) => ({ one, page: asked(one) })).find(({ page }) => page !== undefined)
  if (found?.page === undefined) return ['health: { readiness: / }  # guessed: no health check in the file asks an address; name the path that says whether a replica can serve']
  return [`health: { readiness: ${text(found.page.path)} }  ${comment(`as the health check of ${found.one.name} asks`)}`]
}

const signals: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']
/** Of Compose, where the file says nothing. */
const stopGraceMsDefault = 10_000
const graceMsMax = 24 * 60 * 60_000

/** Without a signal in the file it is that of the image, which only a container tells; then nothing is declared, and it is read. */
function stopLines(services: readonly DescribedService[]): string[] {
  const [one] = services
  const { stopSignal, stopGraceMs = stopGraceMsDefault } = one ?? {}
  const grace = `${Math.min(graceMsMax, stopGraceMs) / 1_000}s`
  if (stopSignal === undefined) return [comment(`Read from the project in each run: how a replica is stopped (stop_grace_period: ${grace}, and the stop signal of its image).`)]
  const full = stopSignal.startsWith('SIG') ? stopSignal : `SIG${stopSignal}`
  const isKnown = signals.includes(full)
  return ['lifecycle:', `  stop: { signal: ${isKnown ? full : 'SIGTERM'}, grace: ${grace} }  ${comment(isKnown ? 'as the file says' : `guessed: the file says ${stopSignal}, expected one of ${signals.join(', ')}`)}`]
}
