import type { Defect } from './defect.js'

export const defects = [
  { id: 'togl.dead-flag', violates: 'TOGL-01', sentence: 'The toggle of the greeting is stored and listed, and the feature stays on.' },
  { id: 'togl.off-breaks-old-path', violates: 'TOGL-02', sentence: 'Once pins have been shown, switching them off leaves the old notice missing from the desk.' },
  { id: 'togl.one-replica-stale', violates: 'TOGL-04', sentence: 'One replica never learns of changes of toggles.' },
  { id: 'togl.needs-restart', violates: 'TOGL-04', sentence: 'Replicas read the toggles at their start only; the one that is asked to switch knows of it.' },
  { id: 'togl.cross-talk', violates: 'TOGL-05', sentence: 'Switching a feature off also switches off those whose names begin with its name.' },
  { id: 'togl.amnesia', violates: 'TOGL-06', sentence: 'Changes of toggles live in memory only.' },
  { id: 'togl.store-outage-is-outage', violates: 'TOGL-07', sentence: 'Every request looks the toggles up in the store and fails with it.' },
] as const satisfies readonly Defect[]
