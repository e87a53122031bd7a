import type { Requirement } from '../../../core/requirement.js'

/** Work that nobody waits for with an open connection. */

const drain10: Requirement = {
  id: 'DRAIN-10',
  area: 'DRAIN',
  title: 'Queued work survives a drain exactly once',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'A worker that is drained MUST finish or hand back every job it has taken, so that each accepted job takes effect exactly once (or at least once, if so declared).',
  why: 'Draining applies to queues too. A job that is taken off the queue before it is done is lost when its worker stops, and no client is there to notice.',
  source: [
    'The Practice of Cloud System Administration, 2.1.3 (queue draining)',
    'The Twelve-Factor App, IX (return the job to the queue)',
    'Jepsen: total-queue checker',
  ],
  needs: ['queue.jobs', 'lifecycle.drain', 'lifecycle.stop', 'lifecycle.start', 'topology.instances'],
  absence: { rule: 'na-structural', fact: 'queue', equals: 'none' },
  procedure: [
    'Queue jobs, each with an effect of its own that is not idempotent, until at least five run on one replica. Drain that replica.',
    'Queue some more while it is drained, and stop it at once. Start it again later.',
    'Read the effect of every accepted job until all are done, and once more after the time in which a job of a vanished worker is given to another one.',
  ],
  passCriterion: 'Every accepted job has its effect in time, and none more often than the declared delivery allows.',
  thresholds: [
    { key: 'jobs', unit: 'count', meaning: 'jobs that are accepted', standard: 200, quick: 40, thorough: 600 },
    { key: 'running_at_drain_min', unit: 'count', meaning: 'jobs the replica has taken and not done when it is told to drain', standard: 5 },
    { key: 'complete_within_s', unit: 's', meaning: 'longest time until all are done; four times the declared redelivery and duration, and the duration of all jobs one after another, when that is shorter', standard: 60 },
    { key: 'lost_max', unit: 'count', meaning: 'accepted jobs that are never done', standard: 0 },
    { key: 'duplicates_max', unit: 'count', meaning: 'jobs done more than once; where at least once is declared, as many as were running at the drain', standard: 0 },
  ],
  inconclusiveIf: [
    'fewer than five jobs were running on the replica when it was told to drain',
    'nothing on the replica showed that it was draining, or it was not seen to stop, or it did not return',
    'the effect of a job could not be read, or not late enough to see it happen again',
    'jobs were late and the harness was disturbed',
  ],
  evidence: ['jobs running at the drain', 'jobs by how often they were done', 'requests of the jobs that were lost or done again'],
  remediation:
    'Acknowledge a job only after its effect is durable, best in the same transaction as the effect. Take it with a lease (select for update skip locked with an expiry, a visibility timeout, manual acknowledgement with a prefetch limit) instead of deleting it when it is taken. ' +
    'On drain stop taking, finish what runs within the drain deadline, and give back the rest explicitly (nack with requeue, clear the lease) before the process exits. ' +
    'Make the effect idempotent by the job\'s key, so that a job that is delivered again changes nothing.',
  defects: [
    { id: 'drain.job-lost', how: 'Jobs are taken off the queue when a worker takes them, and a drain ends the worker without finishing them.' },
    { id: 'drain.job-done-twice', how: 'A draining worker finishes its jobs and no longer tells the queue, which gives them to another one.' },
  ],
  mustNotFire: ['DRAIN-03'],
  mayFire: [],
  limits: 'How many jobs run on the replica is its own word. Jobs that last longer than the drain deadline are not tried.',
}

export const queuedWork: readonly Requirement[] = [drain10]
