/**
 * Named defects that can be switched on one at a time with SEAWORTHY_DEFECT. Each breaks one operability
 * requirement on purpose and leaves ordinary steady traffic alone. The faulty code stands where a real service
 * would have the fault and asks `defective('…')`; this file is the only list.
 */
export interface Defect {
  readonly id: string
  /** The requirement that must fail when only this defect is on. */
  readonly violates: string
  readonly sentence: string
}

export const defects = [
  {
    id: 'start.no-boot-entry',
    violates: 'START-01',
    sentence: 'The unit of the replicas is not part of the boot entry: it survives a crash but not a reboot.',
  },
  {
    id: 'start.manual-unlock',
    violates: 'START-01',
    sentence: 'After a reboot of the machine each replica waits for an unlock call before it serves.',
  },
  { id: 'start.no-supervision', violates: 'START-02', sentence: 'The replicas are started at boot but nothing restarts one that dies.' },
  { id: 'start.stale-lock', violates: 'START-02', sentence: 'A lock file left by a killed process makes the next start refuse.' },
  {
    id: 'start.ready-too-early',
    violates: 'START-03',
    sentence: 'A restarted replica is ready as soon as it listens, while its warm-up takes 2 s and requests get 500.',
  },
  {
    id: 'start.ignores-sigterm',
    violates: 'START-04',
    sentence: 'The server runs under a shell wrapper that does not forward the stop signal.',
  },
  {
    id: 'start.acks-before-durable',
    violates: 'START-05',
    sentence: 'Writes of records are acknowledged from a memory buffer that is flushed every 500 ms.',
  },
  { id: 'drain.health-stays-green', violates: 'DRAIN-01', sentence: 'A drain waits for work in flight but readiness stays 200.' },
  {
    id: 'drain.liveness-fails-too',
    violates: 'DRAIN-02',
    sentence: 'One shared health handler answers 503 for readiness and liveness while draining.',
  },
  {
    id: 'drain.kills-inflight',
    violates: 'DRAIN-03',
    sentence: 'A drain fails readiness and destroys the connections with work in flight after 200 ms.',
  },
  {
    id: 'drain.closes-listener-at-once',
    violates: 'DRAIN-04',
    sentence: 'A drain fails readiness and closes the listening socket in the same tick, until what is in flight is finished.',
  },
  {
    id: 'drain.accepts-then-drops',
    violates: 'DRAIN-05',
    sentence: 'A draining replica accepts the connection, reads the request and closes without an answer.',
  },
  {
    id: 'drain.pins-keepalive',
    violates: 'DRAIN-06',
    sentence: 'Persistent connections are served normally for as long as the client likes while draining.',
  },
  { id: 'drain.waits-forever', violates: 'DRAIN-07', sentence: 'A drain waits until nothing is in flight, with no deadline.' },
  { id: 'rdnd.local-state', violates: 'RDND-01', sentence: 'Sessions are kept in the memory of the replica that created them.' },
  { id: 'rdnd.hidden-leader', violates: 'RDND-02', sentence: 'Writes only work while replica 0 renews a lease.' },
  { id: 'rdnd.static-health', violates: 'RDND-03', sentence: 'Readiness does not look at the path to the data.' },
  { id: 'moni.fail-with-200', violates: 'MONI-02', sentence: 'When a hard dependency is down the body says fail and the status is 200.' },
] as const satisfies readonly Defect[]

export type DefectId = (typeof defects)[number]['id']

/** EX_CONFIG of sysexits.h. */
export const exitCodeConfiguration = 78

export class UnknownDefect extends Error {}

/** The defect switched on in `environment`. Throws UnknownDefect, so that a mistyped name cannot look harmless. */
export function activeDefect(environment: NodeJS.ProcessEnv): DefectId | undefined {
  const name = environment['SEAWORTHY_DEFECT']
  if (name === undefined || name === '') return undefined
  const defect = defects.find(({ id }) => id === name)
  if (defect) return defect.id
  throw new UnknownDefect(`SEAWORTHY_DEFECT names the defect "${name}", expected one of: ${defects.map(({ id }) => id).join(', ')}`)
}

/** Whether this defect is switched on in this process. */
export const defective = (id: DefectId): boolean => activeDefect(process.env) === id

/** To be called first by every program: an unknown defect ends it with exit code 78. */
export function refuseUnknownDefect(): void {
  try {
    activeDefect(process.env)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(exitCodeConfiguration)
  }
}
