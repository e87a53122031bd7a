import { composeDurationMs } from './compose-command.js'

/** One service as a Compose file describes it, variables put in; what is not understood is as if it were not there. */
export interface DescribedService {
  readonly name: string
  readonly image?: string
  /** Two services with the same text are made the same way: image or build. */
  readonly origin: string
  /** Command and entrypoint as one text. */
  readonly start: string
  readonly replicas: number
  readonly restart: string
  readonly stopSignal?: string
  readonly stopGraceMs?: number
  /** The test of its health check as one text. */
  readonly healthcheck?: string
  /** TCP ports inside the container: those that are published, and those that the file names without publishing them. */
  readonly publishedPorts: readonly number[]
  readonly exposedPorts: readonly number[]
  readonly dependsOn: readonly Dependence[]
  /** Only started when asked for by a profile. */
  readonly hasProfile: boolean
  readonly labels: readonly string[]
  /** Whether a named volume is mounted. */
  readonly hasVolume: boolean
}
export interface Dependence {
  readonly service: string
  readonly required: boolean
  /** It waits for the end of the other: a job that is done once. */
  readonly waitsForEnd: boolean
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value])
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined)
const textOf = (value: unknown): string => items(value).map((one) => text(one) ?? '').join(' ')
/** The names in `{ A: 1 }` and in `[A=1]`. */
const namesIn = (value: unknown): readonly string[] => (isRecord(value) ? Object.keys(value) : items(value).map((one) => textOf(one).split('=')[0] ?? ''))

export function describedService(name: string, one: Readonly<Record<string, unknown>>): DescribedService {
  const { image: imageWritten, build, deploy, healthcheck, stop_signal: signalWritten, stop_grace_period: graceWritten } = one
  const image = text(imageWritten)
  const stopSignal = text(signalWritten)
  const grace = text(graceWritten)
  const test = testOf(healthcheck)
  return {
    name,
    ...(image === undefined ? {} : { image }),
    origin: build === undefined ? (image ?? '') : JSON.stringify(build),
    start: `${textOf(one['entrypoint'])} ${textOf(one['command'])}`.trim(),
    replicas: numberOf(isRecord(deploy) ? deploy['replicas'] : undefined) ?? numberOf(one['scale']) ?? 1,
    restart: restartOf(one['restart'], deploy),
    ...(stopSignal === undefined ? {} : { stopSignal }),
    ...(grace === undefined ? {} : { stopGraceMs: Math.round(composeDurationMs(grace)) }),
    ...(test === undefined ? {} : { healthcheck: test }),
    publishedPorts: [...new Set(items(one['ports']).flatMap(portIn))],
    exposedPorts: [...new Set(items(one['expose']).flatMap(portIn))],
    dependsOn: [...dependencesIn(one['depends_on']), ...items(one['links']).map((link): Dependence => ({ service: textOf(link).split(':')[0] ?? '', required: true, waitsForEnd: false }))],
    hasProfile: items(one['profiles']).length > 0,
    labels: [...namesIn(one['labels']), ...(isRecord(deploy) ? namesIn(deploy['labels']) : [])],
    hasVolume: items(one['volumes']).some(isNamedVolume),
  }
}

function numberOf(value: unknown): number | undefined {
  const number = Number(text(value))
  return Number.isInteger(number) && number >= 0 ? number : undefined
}

function restartOf(written: unknown, deploy: unknown): string {
  const policy = isRecord(deploy) ? deploy['restart_policy'] : undefined
  const condition = isRecord(policy) ? (text(policy['condition']) ?? 'any') : undefined
  // YAML 1.2 reads `no` as a text, YAML 1.1 as false.
  return written === false ? 'no' : (text(written) ?? (condition === 'any' ? 'always' : condition === 'none' ? 'no' : (condition ?? 'no')))
}

function testOf(healthcheck: unknown): string | undefined {
  if (!isRecord(healthcheck) || healthcheck['disable'] === true) return undefined
  const test = textOf(healthcheck['test'])
  return test === '' || test === 'NONE' ? undefined : test
}

/** '127.0.0.1:8080:80/tcp', 80, '8080-8082:80', { target: 80 } -> 80; none for UDP. */
function portIn(port: unknown): number[] {
  const written = isRecord(port) ? `${textOf(port['target'])}/${textOf(port['protocol'])}` : textOf(port)
  const number = Number.parseInt(written.split(':').at(-1) ?? '', 10)
  return !written.endsWith('/udp') && number >= 1 && number <= 65_535 ? [number] : []
}

function dependencesIn(value: unknown): readonly Dependence[] {
  if (!isRecord(value)) return items(value).map((one) => ({ service: textOf(one), required: true, waitsForEnd: false }))
  return Object.entries(value).map(([service, how]) => ({ service, required: !isRecord(how) || how['required'] !== false, waitsForEnd: isRecord(how) && how['condition'] === 'service_completed_successfully' }))
}

const isNamedVolume = (volume: unknown): boolean => (isRecord(volume) ? volume['type'] === 'volume' : /^[A-Za-z0-9][\w.-]*:/.test(textOf(volume)))
