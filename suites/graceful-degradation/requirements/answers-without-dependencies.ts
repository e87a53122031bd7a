import type { Requirement } from '../../../core/requirement.js'
import { quantile } from './quantile-threshold.js'

export const honestAnswers: Requirement = {
  id: 'DEGR-03',
  area: 'DEGR',
  title: 'Degraded answers say so',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'An answer produced in degraded mode (stale, default or reduced) SHOULD carry an explicit marker, and a normal answer SHOULD NOT.',
  why: 'Clients and operators have to be able to tell a substitute from the truth.',
  source: ['The Practice of Cloud System Administration, 2.1.10', 'draft-inadarei-api-health-check-06: the status warn', 'RFC 9111: Age'],
  needs: ['fault.edge', 'dependencies.soft', 'traffic.dependent', 'degraded.marker'],
  absence: { rule: 'fail' },
  procedure: [
    'Before the first fault count the markers in answers of the operations that declare one.',
    'While a soft component refuses connections or is silent, no answer can be in full once the declared cache time is over: each must be an explicit error, or valid and marked.',
    'A marked answer is valid when it holds what is declared for degraded ones; an unmarked one that does not hold what is declared for full ones is neither.',
  ],
  passCriterion: 'No normal answer is marked, and every answer without the component is an explicit error, or marked and valid.',
  thresholds: [
    { key: 'answers', unit: 'requests', meaning: 'answers that are looked at before the first fault, and for each component while it is away', standard: 500, quick: 100, thorough: 1_500 },
    { key: 'marked_when_degraded_min', unit: 'ratio', meaning: 'share of degraded answers that must carry the marker', standard: 1 },
    { key: 'marked_when_normal_max', unit: 'ratio', meaning: 'share of normal answers that may carry it', standard: 0 },
    { key: 'invalid_bodies_max', unit: 'count', meaning: 'answers that are neither in full nor valid degraded ones', standard: 0 },
  ],
  inconclusiveIf: [
    'no degraded answer was produced',
    'that a component was away was not witnessed, or it was never taken away',
    'fewer answers than stated were seen',
    'the harness stalled, when normal answers were marked',
  ],
  evidence: ['number of marked, unmarked and invalid answers for each component', 'ids of some marked answers and of all that should have been'],
  remediation:
    'Put the marker where the substitute is made, not where the answer is put together: let the function that falls back return the value together with the fact that it is one, and carry that fact to the answer, as a header or a field that lists what is degraded. Use Age or a time stamp for stale values. Count marked answers as a metric: it is the only one that shows a quiet outage.',
  defects: [{ id: 'degr.silent-stale', how: 'the last value known is returned without any sign' }],
  mustNotFire: ['DEGR-01', 'DEGR-04'],
  mayFire: [],
  limits: 'Answers of a service that waits for a crawling dependency may be in full however late, so that only refused and silent dependencies are judged.',
}

export const partialResults: Requirement = {
  id: 'DEGR-09',
  area: 'DEGR',
  title: 'Partial results beat no result',
  keyword: 'SHOULD',
  level: 3,
  weight: 2,
  safety: 'disruptive',
  statement: 'An operation that combines several sources SHOULD return what it has when one source fails, saying what is missing.',
  why: 'One missing panel is better than an error page.',
  source: ['The Practice of Cloud System Administration, 1.3.2 and 2.1.10', 'AWS Well-Architected REL05-BP01'],
  needs: ['fault.edge', 'dependencies.soft', 'traffic.composite'],
  absence: { rule: 'na-structural', fact: 'composite', equals: 'none' },
  procedure: [
    'Request the composite operation for a few keys at a constant rate, and remember every part of normal answers.',
    'For each part that comes from a soft component: make it refuse connections, later keep it silent; wait until the source before it is in use again.',
    'Look in each answer whether the other parts are there and as usual for this key, and whether the missing part is named.',
  ],
  passCriterion: 'Without any one source the answers have all other parts, name the missing one and stay within the time limit.',
  thresholds: [
    { key: 'requests', unit: 'requests', meaning: 'composite answers looked at for each part and fault', standard: 200, quick: 40, thorough: 600 },
    { key: 'other_parts_complete_ratio_min', unit: 'ratio', meaning: 'share of answers that must have all other parts as usual', standard: 0.99 },
    { key: 'missing_part_named_ratio_min', unit: 'ratio', meaning: 'share of answers that must name the missing part', standard: 0.99 },
    { key: 'p99_ms_max', unit: 'ms', meaning: 'latency quantile of the answers', standard: 2_000 },
    { ...quantile, quick: 0.75 },
  ],
  inconclusiveIf: [
    'not every declared part was seen in normal answers, so they cannot be told apart, or normal answers name a part as missing too',
    'that a source was away was not witnessed, or it was never taken away',
    'another source had not returned to full service while this one was away',
    'fewer answers than stated were seen',
    'the harness stalled or the machine was busy in the same span',
  ],
  evidence: ['for each part and fault: answers that lacked another part, answers that did not name the missing one, latency', 'ids of those answers'],
  remediation:
    'Ask all sources at the same time, each with a deadline of its own, and wait for each result or its failure (Promise.allSettled, not Promise.all) before the answer is put together. Leave out what did not come, and list it under a fixed name that clients know. Only the part without which the answer makes no sense may fail it.',
  defects: [{ id: 'degr.all-or-nothing', how: 'one failing part turns the whole composite answer into a 502' }],
  mustNotFire: ['DEGR-01'],
  mayFire: [],
  limits: 'Sources that are declared hard are not taken away; two that fail at once are not tried.',
}
