import type { Defect } from './defect.js'

export const defects = [
  { id: 'repl.misroutes-write', violates: 'REPL-01', sentence: 'A delete is treated as a read and sent to the read replica.' },
  { id: 'repl.misroutes-mutating-read', violates: 'REPL-01', sentence: 'Requests are routed by their method: a GET that writes is sent to the read replica.' },
  { id: 'repl.writes-try-replica-first', violates: 'REPL-01', sentence: 'Every write is tried on the read replica first and repeated on the primary when it is refused.' },
  { id: 'repl.reads-pinned-to-primary', violates: 'REPL-02', sentence: 'All reads use the connection to the primary.' },
  { id: 'repl.apply-stuck', violates: 'REPL-03', sentence: 'The read replica silently stops applying changes after 100 records.' },
  { id: 'repl.strong-read-ignored', violates: 'REPL-04', sentence: 'The parameter that asks for fresh data is accepted and ignored.' },
  { id: 'repl.no-read-failover', violates: 'REPL-05', sentence: 'Reads keep going to the read replica when it is down.' },
  { id: 'repl.primary-loss-kills-reads', violates: 'REPL-06', sentence: 'Every read first asks the primary whether it is there.' },
  { id: 'repl.serves-unbounded-stale', violates: 'REPL-07', sentence: 'Nobody looks how far the read replica is behind.' },
  { id: 'degr.acks-into-void', violates: 'DEGR-07', sentence: 'Writes that the primary does not take are acknowledged into a queue in memory, which is dropped.' },
] as const satisfies readonly Defect[]
