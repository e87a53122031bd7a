import type { Defect } from './defect.js'

export const defects = [
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
    sentence: 'A drain fails readiness and closes the listening socket and idle connections in the same tick, until what is in flight is finished.',
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
  { id: 'drain.job-lost', violates: 'DRAIN-10', sentence: 'Jobs leave the queue when they are taken, and a drain ends the worker without finishing them.' },
  { id: 'drain.job-done-twice', violates: 'DRAIN-10', sentence: 'A draining worker finishes its jobs and no longer tells the queue.' },
  { id: 'drain.start-drained-ignored', violates: 'DRAIN-09', sentence: 'START_DRAINED is accepted and ignored.' },
  { id: 'drain.no-way-back', violates: 'DRAIN-08', sentence: 'An undrain is answered with 200, but readiness fails until the replica is restarted.' },
] as const satisfies readonly Defect[]
