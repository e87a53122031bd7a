/** A representative defect of every area, and of what containers do differently: `npm run docker-selftest` runs them all. */
export const dockerDefects = [
  'oper.lying-exit-code',
  'conf.apply-misses-a-replica', 'conf.half-applied',
  'start.no-boot-entry', 'start.manual-unlock', 'start.no-supervision', 'start.ignores-sigterm', 'start.acks-before-durable', 'start.serves-torn-record',
  'drain.kills-inflight', 'drain.health-stays-green', 'drain.job-lost',
  'upgr.skips-drain', 'upgr.migration-drops-rows',
  'bkup.no-checksum', 'bkup.reads-primary',
  'rdnd.local-state', 'rdnd.static-health', 'rdnd.scale-in-kills',
  'repl.misroutes-write', 'repl.no-read-failover',
  'swap.pins-address', 'swap.newcomer-idle',
  'togl.dead-flag', 'togl.amnesia',
  'degr.no-timeout', 'degr.soft-dep-is-hard',
  'accs.default-open',
  'impt.no-change-limit',
  'moni.errors-counted-as-success',
  'audt.toggle-unlogged',
  'dbug.multiline-stack', 'dbug.all-or-nothing',
  'excp.swallowed', 'excp.lost-on-crash',
  'docs.stale-command',
]
/** The short form, a step of every build: what the engine itself has a part in. */
export const dockerDefectsShort = ['start.no-boot-entry', 'start.no-supervision', 'dbug.multiline-stack']
