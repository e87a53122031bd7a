import type { Defect } from './defect.js'

export const defects = [
  { id: 'dbug.multiline-stack', violates: 'DBUG-01', sentence: 'Stack traces are printed as they are, over many lines.' },
  { id: 'dbug.all-or-nothing', violates: 'DBUG-02', sentence: 'Debug output of one module switches on that of all.' },
  { id: 'excp.swallowed', violates: 'EXCP-01', sentence: 'Exceptions of one type are logged and never reported.' },
  { id: 'excp.lost-on-crash', violates: 'EXCP-02', sentence: 'The report of a fatal exception is sent in the background and dies with the process.' },
  { id: 'audt.toggle-unlogged', violates: 'AUDT-01', sentence: 'Switching a feature leaves no audit record.' },
  { id: 'audt.wrong-actor', violates: 'AUDT-01', sentence: 'Every audit record names the service itself as the actor.' },
  { id: 'docs.stale-command', violates: 'DOCS-01', sentence: 'The tool that restores no longer knows a flag that the runbook uses.' },
] as const satisfies readonly Defect[]
