import type { Requirement } from '../../core/requirement.js'

const book = 'The Practice of Cloud System Administration, 2.1.11'

const accessLists: Requirement = {
  id: 'ACCS-01',
  area: 'ACCS',
  title: 'Access lists are enforced, unknown callers are refused',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'safe',
  statement: 'The API MUST enforce an access list that permits and denies callers by identity, MUST treat unlisted callers by its declared default (closed unless declared open), and MUST guard operator functions with it.',
  why: 'A new caller, and especially the drain button, must not be open by accident.',
  source: [`${book} (access control list, default closed, fail closed)`],
  needs: ['traffic.http', 'topology.balancer', 'topology.identity', 'acl.identities', 'data.write', 'traffic.read'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Where the list is not always in force, ask once for all of what follows, and put it in force.',
    'A permitted, a denied and an unknown caller, an operator, and a caller without credentials each ask to read, to write and to operate, 20 times each through the balancer.',
    'Ask for everything that is to be refused on each replica itself, too.',
    'Look for everything that was written or was refused to be written, as a caller that may read.',
    'Take the permission of one caller away and give it back, through one replica; ask each replica until it follows.',
  ],
  passCriterion: 'Every cell of the matrix is as declared, no refused write took effect, and both changes were in force on every replica in time, without a restart.',
  thresholds: [
    { key: 'requests_per_cell', unit: 'requests', meaning: 'answers that say something, for each caller and kind of operation', standard: 20, quick: 8 },
    { key: 'wrong_cells_max', unit: 'count', meaning: 'cells that may differ from the declaration', standard: 0 },
    { key: 'effects_of_denied_max', unit: 'count', meaning: 'refused writes that may take effect', standard: 0 },
    { key: 'change_effective_within_s', unit: 's', meaning: 'how long a change may take on every replica; what the descriptor promises holds where it is stricter', standard: 30 },
  ],
  inconclusiveIf: [
    'the access list could not be put in force, or that it was is not seen: nobody was refused who had been let through before, or let through who had been refused',
    'a caller that may was never served, and had not been before the list was put in force either: it may not be there at all, as in an empty copy of a stack whose callers live in its database',
    'a cell has fewer answers that say something: 429, 5xx and no answer say nothing about access',
    'what was written with permission could not be read back by the same reads, or a refused write could not be looked up',
    'a replica gave no answer that says something to a request that it is to refuse, was not seen to let the caller through before the change, or was not watched as long as the change may take',
    'the null control failed or the harness stalled while a change was late',
  ],
  evidence: ['the matrix', 'ids of answers against the declaration', 'replicas that did not follow a change'],
  remediation:
    'Check the caller in one place in front of every route, so that a new route is guarded before anybody thinks of it, and let the absence of an entry mean no: look the credentials up, and refuse with 401 when there are none that are known and with 403 when they do not cover the operation, before anything of the request is carried out. Functions of operators need a permission of their own. Keep the list in the memory of each replica and refresh it in the background, so that changes need no restart and requests no lookup.',
  defects: [
    { id: 'accs.default-open', how: 'a caller without credentials is treated as a guest with full rights' },
    { id: 'accs.refused-after-writing', how: 'a write is checked when it has been carried out: it is refused with 403, and its effect stays' },
  ],
  mustNotFire: ['ACCS-02', 'ACCS-03'],
  mayFire: [],
  limits: 'One operation of each kind is asked for: another route that nobody guards is not found. A stranger that is refused for another reason than the list, such as that it is not known to an empty copy, is not told from one that the list refuses, where the list was seen to refuse or let through others. Of functions of operators only the answer is judged, not the effect. How hard credentials are to guess or to steal is not looked at.',
}

const rateLimits: Requirement = {
  id: 'ACCS-02',
  area: 'ACCS',
  title: 'Rate limits are enforced and explained',
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'The declared per-caller rate limit MUST be enforced across the fleet, and refusals MUST use 429 with a truthful Retry-After.',
  why: 'The access list also sets limits; a limit nobody can predict breaks good clients.',
  source: [book, 'RFC 6585, section 4', 'RFC 9110, section 10.2.3', 'draft-ietf-httpapi-ratelimit-headers'],
  needs: ['traffic.http', 'topology.balancer', 'topology.identity', 'limits.rate', 'traffic.read'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Where an access list has to be put in force, ask once as the caller before that, and wait for a window after it.',
    'As one caller ask for twice the quota through the balancer, evenly for 3 windows; count what was accepted in any span of one, two and three windows.',
    'Wait for an empty window, reach the limit at once, ask alone, wait as long as that refusal says, and ask once.',
    'Where the answers carry RateLimit fields, compare them with the declaration and with Retry-After.',
  ],
  passCriterion: 'Within 10 % of the quota in every span, refusals are 429 with a Retry-After that is true, and RateLimit fields agree within 1 request or 1 s; a quota may come back as a whole later than one request does.',
  thresholds: [
    { key: 'windows', unit: 'count', meaning: 'windows at twice the quota', standard: 3 },
    { key: 'accepted_over_quota_ratio_max', unit: 'ratio', meaning: 'most that may be accepted in any span, as a share of its quota; a declared burst comes on top', standard: 1.1 },
    { key: 'accepted_over_quota_ratio_min', unit: 'ratio', meaning: 'least that must be accepted in each window, as a share of the quota', standard: 0.9 },
    { key: 'offered_over_quota_ratio_min', unit: 'ratio', meaning: 'least that must have been sent in each window, as a share of the quota, for the limit to have been tried', standard: 1.5 },
    { key: 'saturated_ratio_max', unit: 'ratio', meaning: 'share of requests that may end in 5xx or without an answer; with more it is not the limit that refuses', standard: 0.02 },
    { key: 'non_429_refusals_max', unit: 'requests', meaning: 'requests that may be refused with another 4xx than 429', standard: 0 },
    { key: 'retry_after_present_ratio_min', unit: 'ratio', meaning: 'share of refusals with a Retry-After', standard: 1 },
    { key: 'retry_after_beyond_window_s_max', unit: 's', meaning: 'how much longer than the window a Retry-After may be', standard: 1 },
    { key: 'obeyed', unit: 'count', meaning: 'how often the caller comes again when it is told to', standard: 3, quick: 1, thorough: 20 },
    { key: 'obeyed_success_min', unit: 'ratio', meaning: 'share of these that must be accepted', standard: 0.95 },
  ],
  inconclusiveIf: [
    'an access list, with which the limit may come, could not be put in force',
    'the caller was never served, and had not been before the access list was put in force either: it may not be there at all',
    'less than 1.5 times the quota could be sent in a window',
    'a replica answered none of the requests, so that the fleet was not tried',
    'more than 2 % ended in 5xx or without an answer: the service saturated before the limit',
    'the limit was not reached again, so that Retry-After could not be obeyed, or it was obeyed in vain and a request of the caller that had been under way may have taken the place',
    'the null control failed, or the harness or its own echo server was late by more than a window, where too many or too few were accepted',
  ],
  evidence: ['sent, accepted and refused in each window', 'ids of the requests in the densest span', 'ids of refusals that explain themselves badly'],
  remediation:
    'Count in one place that all replicas share (a cache with an atomic counter or script), by the identity of the caller and not by its address or the replica, and count over a sliding window or with a token bucket so that the quota holds in every span. Refuse with 429, with Retry-After as the time until the next request is accepted, rounded up. Advertise the quota and what is left in the RateLimit fields with every answer, from the same counter that decides.',
  defects: [
    { id: 'accs.limit-per-replica', how: 'each replica counts alone so that N times the quota passes' },
    { id: 'accs.retry-after-rounded-down', how: 'Retry-After is rounded down, so that whoever obeys it is refused again' },
    { id: 'accs.limit-ignored', how: 'the limit is advertised but never enforced', mayFire: ['ACCS-03'] },
  ],
  mustNotFire: ['ACCS-01', 'DEGR-05'],
  mayFire: [],
  limits: 'One caller and one limit are tried, evenly paced. A request counts as accepted in a span only when it was sent and answered within it, so what is a little above the quota at the edges is not seen.',
}

const neighbours: Requirement = {
  id: 'ACCS-03',
  area: 'ACCS',
  title: "One caller's limit does not hit another",
  keyword: 'MUST',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'A caller exceeding its limit MUST NOT cause refusals or delays for callers within theirs.',
  why: 'Limits exist to protect neighbours.',
  source: [book, 'Site Reliability Engineering, chapter 21 (per-customer limits)'],
  needs: ['traffic.http', 'topology.balancer', 'topology.identity', 'limits.rate', 'limits.neighbour'],
  absence: { rule: 'na-justified' },
  procedure: [
    'As the neighbour ask for half of its quota, alone.',
    'Go on, while another caller asks for three times its own quota for as long, at least 3 windows.',
  ],
  passCriterion: 'The neighbour sees no refusal, and its latency is at most twice the usual one and 100 ms.',
  thresholds: [
    { key: 'windows', unit: 'count', meaning: 'windows, at least', standard: 3 },
    { key: 'b_requests_min', unit: 'requests', meaning: "the neighbour's requests, alone and beside the other caller: the latency is compared at p99 from 1000 on, at p90 from 100 on, else at p50", standard: 100, quick: 25, thorough: 1_000 },
    { key: 'limited_ratio_min', unit: 'ratio', meaning: "share of the other caller's requests that must be refused for it to be limited; at three times the quota two of three are", standard: 0.4 },
    { key: 'b_refusals_max', unit: 'requests', meaning: 'requests of the neighbour that may be refused or fail', standard: 0 },
    { key: 'b_p99_factor_max', unit: 'ratio', meaning: 'how many times its usual latency the neighbour may see', standard: 2 },
    { key: 'b_p99_slack_ms', unit: 'ms', meaning: 'and so much on top', standard: 100 },
  ],
  inconclusiveIf: [
    'fewer than 40 % of the other caller\'s requests were refused with 429: it was not limited',
    'the neighbour was not served alone either',
    'too few of its requests were served to compare latencies, or the quantile may be on either side of what is allowed',
    'the null control failed or the harness stalled near what failed',
  ],
  evidence: ['counts of both callers', 'ids of requests of the neighbour that were not served', 'latency alone and beside'],
  remediation:
    'Keep a counter for each caller, keyed by its identity, and refuse early and cheaply: before a connection, a lock or a worker that others need is taken. Where callers still share something that can run out, divide it (a pool or a queue for each class of callers), so that whoever exceeds its share waits for itself.',
  defects: [{ id: 'accs.shared-bucket', how: 'all identities draw from one bucket' }],
  mustNotFire: ['ACCS-01'],
  mayFire: ['ACCS-02'],
  limits: 'In the quick profile the median is compared, and a delay of few requests passes.',
}

/** Access controls and rate limits: who may do what, how often, and without hitting others. */
export const requirements: readonly Requirement[] = [accessLists, rateLimits, neighbours]
