import type { Requirement } from '../../core/requirement.js'

/** START-07: what people are told about starts and stops. */
export const timesAreDocumented: Requirement = {
  id: 'START-07',
  area: 'START',
  title: 'Start and stop times are documented and true',
  keyword: 'SHOULD',
  level: 2,
  weight: 1,
  safety: 'disruptive',
  statement: 'The time needed to start and to stop the service SHOULD be documented, and measured times SHOULD stay within the documented ones.',
  why: 'Recovery plans, roll-outs and the sizing of batteries depend on these two numbers, and nobody measures them in the middle of an outage.',
  source: ['The Practice of Cloud System Administration 2.1.2 (documented start and stop times)', 'CNTi test suite: reasonable_startup_time'],
  needs: ['docs.times', 'lifecycle.start', 'lifecycle.stop', 'health.readiness'],
  absence: { rule: 'fail' },
  procedure: [
    'Stop an instance as the platform does and start it again, several times. Sample its readiness every 50 ms.',
    'Measure each start from the command until readiness passes for the first time, and each stop from the signal to the exit. Leave out starts that the harness slows down on purpose.',
    'Compare the slowest of each with what is documented.',
  ],
  passCriterion: 'The slowest measured start and the slowest measured stop stay within the documented times.',
  thresholds: [
    { key: 'starts', unit: 'count', meaning: 'starts that are measured', standard: 5, quick: 1, thorough: 15 },
    { key: 'stops', unit: 'count', meaning: 'stops that are measured', standard: 5, quick: 1, thorough: 15 },
  ],
  inconclusiveIf: [
    'the harness was disturbed during a start or stop that took too long',
    'too few starts or stops could be measured',
    'an instance was not ready again and was not watched for as long as is documented',
  ],
  evidence: ['duration of each start and stop', 'the documented times and where they are documented'],
  remediation:
    'Measure starts and stops where they are slowest (cold caches, the largest data set, a busy machine), write the two numbers with a margin into the run-book, and give them to the platform as start-up probe and stop grace period. ' +
    'Check them in the pipeline, as here, so that a release which starts more slowly is noticed. ' +
    'If a start takes too long, move migrations out of it, warm caches after readiness, and open connections in parallel; if a stop does, close idle connections and put a deadline on what is in flight.',
  defects: [{ id: 'start.slower-than-documented', how: 'a start sleeps until half as long again as documented has passed' }],
  mustNotFire: ['START-03', 'START-04'],
  mayFire: ['RDND-05', 'UPGR-01'],
  limits: 'The times are those of this machine and this amount of data.',
}
