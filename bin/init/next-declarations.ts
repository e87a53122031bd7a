import type { Capability } from '../../core/requirement.js'
import { declaredCapabilities } from '../../core/capabilities.js'
import type { ServiceDescriptor } from '../../core/service-descriptor.js'
import { suites } from '../../suites/index.js'

export interface NextDeclaration {
  readonly section: string
  readonly example: string
  readonly requirements: readonly string[]
}

/** What a declaration looks like, for the capabilities that it brings. */
const declarations: readonly { readonly section: string; readonly example: string; readonly brings: readonly Capability[]; readonly of?: 'process' | 'remote' }[] = [
  { section: 'target.hooks', of: 'remote', example: 'hooks: { start: "ssh {host} systemctl start shop", stop: "...", kill: "..." }  # and hold, release, freeze, thaw, reboot: docs/remote.md', brings: ['lifecycle.start', 'lifecycle.stop', 'lifecycle.kill', 'lifecycle.hold', 'lifecycle.reboot', 'fault.freeze'] },
  { section: 'target.url, one for each replica', of: 'remote', example: 'url: [http://web1:8080, http://web2:8080]', brings: ['topology.instances'] },
  { section: 'identity', example: 'identity: { instance: header:x-instance, boot: header:x-boot }  # headers that say which instance and which start of it answered', brings: ['topology.identity'] },
  { section: 'lifecycle.drain', example: 'drain: { http: POST /admin/drain, deadline: 30s }  # and undrain; a signal or a command will do', brings: ['lifecycle.drain', 'lifecycle.undrain'] },
  { section: 'traffic, a slow request', example: 'slow: { http: "GET /report?ms={durationMs}", minDuration: 1500ms, weight: 0 }  # decides DRAIN-03 as well', brings: ['traffic.witness'] },
  { section: 'data', example: 'data: { write: write, read: { strong: { http: "GET /items/{key}", expect: { json: { /text: "{value}" } } } } }  # write: an operation of traffic that puts {value} at {key}', brings: ['data.write', 'data.read.strong', 'data.read.ordinary', 'data.delete', 'data.list'] },
  { section: 'health.liveness', example: 'health: { readiness: /ready, liveness: /live }', brings: ['health.liveness'] },
  { section: 'target.components', of: 'process', example: 'components: { store: { role: db-primary, command: [...], ownsData: true } }  # addressed as {store:host} and {store:port}', brings: ['fault.edge', 'fault.isolate', 'dependencies.hard', 'dependencies.soft', 'data.owner', 'database.primary'] },
  { section: 'config', example: 'config: { format: yaml, archive: { http: GET /config }, apply: { http: PUT /config }, settings: { ... } }', brings: ['config.archive', 'config.apply', 'config.restore', 'config.probe'] },
  { section: 'backup', example: 'backup: { create: { exec: [./backup, "{file}"] }, restoreLive: { exec: [./restore, "{file}"] } }', brings: ['backup.create', 'backup.restoreIsolated', 'backup.restoreLive', 'backup.restoreAccount'] },
  { section: 'lifecycle.upgrade', example: 'upgrade: { version: "GET /version#/release", releases: { v1: { reads: 1.0.0 }, v2: { reads: 2.0.0 } }, from: v1, to: v2 }', brings: ['lifecycle.upgrade', 'lifecycle.upgrade.part', 'lifecycle.upgrade.tool', 'lifecycle.upgrade.bad', 'lifecycle.upgrade.features'] },
  { section: 'toggles', example: 'toggles: { list: "GET /toggles#/toggles", switchOn: { http: "PUT /toggles/{feature}" }, features: { ... } }', brings: ['toggles.list', 'toggles.set', 'toggles.probe', 'toggles.several', 'toggles.legacy'] },
  { section: 'overload', example: 'overload: { operation: search, rated: 75 }', brings: ['traffic.heavy', 'load.rated', 'degraded.mode'] },
  { section: 'queue, schedule', example: 'queue: { enqueue: { http: "POST /jobs/{key}", effect: "GET /effects/{key}#/count" }, duration: 800ms }', brings: ['queue.jobs', 'schedule.effects'] },
  { section: 'docs.times', example: 'docs: { times: { start: 12s, stop: 10s, where: README.md } }', brings: ['docs.times'] },
]

/**
 * What to declare next, what helps the most requirements first. A requirement that lacks several declarations counts for each of them, in
 * equal parts.
 */
export function nextDeclarations(service: ServiceDescriptor, countMax: number): readonly NextDeclaration[] {
  const declared = declaredCapabilities(service)
  const possible = declarations.filter(({ of = service.target.kind }) => of === service.target.kind)
  const lacking = suites.flatMap((suite) => suite.requirements).flatMap((requirement) => {
    const sections = possible.filter(({ brings }) => requirement.needs.some((one) => !declared.has(one) && brings.includes(one)))
    return sections.map((declaration) => ({ declaration, requirement, worth: requirement.weight / sections.length }))
  })
  const worthOf = (one: (typeof declarations)[number]): number => lacking.filter(({ declaration }) => declaration === one).reduce((sum, { worth }) => sum + worth, 0)
  return [...possible]
    .filter((one) => worthOf(one) > 0)
    .sort((a, b) => worthOf(b) - worthOf(a))
    .slice(0, countMax)
    .map((one) => ({ section: one.section, example: one.example, requirements: lacking.filter(({ declaration }) => declaration === one).map(({ requirement }) => requirement.id) }))
}
