import type { Requirement } from '../../core/requirement.js'

const book = 'The Practice of Cloud System Administration, 2.1.8'

const swappable: Requirement = {
  id: 'SWAP-01',
  area: 'SWAP',
  title: 'Components can be swapped without an overall outage',
  keyword: 'MUST',
  level: 1,
  weight: 3,
  safety: 'disruptive',
  statement: 'Each service component MUST be swappable out of and into its role without an overall service outage.',
  why: 'Parts of hardware and software get replaced all the time; the service does not stop for it.',
  source: [book],
  needs: ['swap.components', 'topology.swap', 'data.write', 'traffic.read', 'lifecycle.stop', 'lifecycle.start'],
  absence: { rule: 'fail' },
  procedure: [
    'Run mixed load over all operations through the balancer, 100 requests a second (50 in the quick profile).',
    'Replace every component of the target, one at a time, by a fresh process at the same address, with the storage of the old one or with none, as the descriptor says; first those the service cannot do without.',
    'Replace one replica in the same way. After each exchange wait until no request has failed for a second (0.6 s in the quick profile).',
  ],
  passCriterion:
    'In no three seconds fewer than half of all requests succeed; the exchange of a component that the service can do without costs no request at all, that of another one no longer than the limit; traffic is clean again by itself, and no replica restarts.',
  thresholds: [
    { key: 'outage_window_s', unit: 's', meaning: 'span over which success is counted', standard: 3 },
    { key: 'outage_success_min', unit: 'ratio', meaning: 'share of all requests that must succeed in every such span', standard: 0.5 },
    { key: 'soft_component_failed_max', unit: 'requests', meaning: 'requests that may fail while a component is replaced that the service can do without', standard: 0 },
    { key: 'hard_component_interruption_s', unit: 's', meaning: 'how long requests may fail while another component is replaced', standard: 10 },
    { key: 'settle_within_s', unit: 's', meaning: 'how long requests may fail at all afterwards', standard: 60 },
    { key: 'service_restarts_max', unit: 'count', meaning: 'restarts of other replicas during an exchange', standard: 0 },
  ],
  inconclusiveIf: [
    'the replacement was not witnessed: the same process, or the fresh one does not accept connections',
    'a component or a replica was not replaced, because traffic was not clean after an earlier exchange',
    'fewer than 25 requests succeeded around an exchange',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['for each component: requests that failed around its exchange, with their ids', 'process and address before and after'],
  remediation:
    'Treat every connection to a component as something that ends: open a new one with a short timeout, and try the request once more if it is safe to repeat. Keep nothing that only the old process knew (an identity, a session, prepared statements, a cached schema), or notice the new one and begin anew. For what the service can do without, answer without it at once instead of failing or waiting. Exchange databases by a handover and not by a stop.',
  defects: [{ id: 'swap.cache-is-load-bearing', how: 'the service remembers the identity of its cache; when a fresh one takes its place every request fails until the service is restarted' }],
  mustNotFire: ['RDND-02', 'SWAP-02', 'DEGR-01', 'DEGR-04'],
  mayFire: [],
  limits: 'Disks, power supplies and network cards are not exchanged; processes with their storage stand in for them. Components that the descriptor does not name stay unseen.',
}

const newAddress: Requirement = {
  id: 'SWAP-02',
  area: 'SWAP',
  title: 'A replacement at a new address is found',
  keyword: 'SHOULD',
  level: 2,
  weight: 2,
  safety: 'disruptive',
  statement: 'When a component comes back at a different address under the same name, the service SHOULD find it without a restart.',
  why: 'Replacements rarely keep the address.',
  source: [book, 'The Twelve-Factor App, IV Backing services'],
  needs: ['swap.components', 'topology.swap', 'data.write', 'swap.moves', 'fault.edge'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Run mixed load through the balancer, and make sure that bytes flow to the component under its name.',
    'Stop the component and start it again with its storage at another address, to which its name leads from then on; end the connections to the old one.',
    'Watch the connections under its name for bytes, and the requests, until both are well or the time is over.',
  ],
  passCriterion: 'For every component that may move: new connections under its name carry bytes within the limit, no request fails after it, and no replica restarts.',
  thresholds: [
    { key: 'follow_within_s', unit: 's', meaning: 'how long the service may take to use the component at its new address', standard: 30 },
    { key: 'service_restarts_max', unit: 'count', meaning: 'restarts of replicas meanwhile', standard: 0 },
  ],
  inconclusiveIf: [
    'the move was not witnessed, or the address did not change',
    'no bytes flowed to the component before it moved',
    'the component was not watched for the whole limit',
    'fewer than 25 requests succeeded after the move',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['addresses before and after', 'time until the first bytes at the new address'],
  remediation:
    'Ask for the address of a name each time a connection is opened, and let no layer remember the answer for longer than its time to live: resolvers of language runtimes, connection pools and client libraries often keep the first one for ever. Close connections after some minutes of use, so that moves are noticed without a failure. Do not use addresses that a component told of itself in place of its name.',
  defects: [{ id: 'swap.pins-address', how: 'the address behind the name is resolved once and used for every later connection' }],
  mustNotFire: ['SWAP-01', 'DEGR-04'],
  mayFire: [],
  limits: 'The name is the address of the proxy that the harness puts on the edge: that the service connects under its name again is shown, not what a resolver between them would remember.',
}

const handover: Requirement = {
  id: 'SWAP-03',
  area: 'SWAP',
  title: 'The primary role can be handed over without losing writes',
  keyword: 'MUST',
  level: 2,
  weight: 3,
  safety: 'destructive',
  statement: 'A planned swap of the primary data component MUST lose no acknowledged write and MUST keep the write interruption within the declared limit.',
  why: 'The data component is the one everybody is afraid to swap.',
  source: [book, 'Jepsen: set checker', 'AWS Well-Architected Framework, Reliability: REL11'],
  needs: ['swap.handover', 'topology.swap', 'data.write', 'data.read.strong'],
  absence: { rule: 'na-justified' },
  procedure: [
    'Write 100 times a second (50 in the quick profile), each time under a new key, and note what was acknowledged.',
    'Carry out the declared promotion of the standby, and lead the name of the primary to it.',
    'Replace the old primary by a fresh standby with empty storage, so that nothing can be acknowledged by it or hidden in it; then hand the role back in the same way.',
    'Read every key strongly until the deadline.',
  ],
  passCriterion: 'Every acknowledged write is found, writes were acknowledged after each old primary was gone, the longest time without an acknowledgement is within the limit, every refused write was answered, and no replica restarted.',
  thresholds: [
    { key: 'handovers', unit: 'count', meaning: 'handovers: there, and back', standard: 2 },
    { key: 'lost_max', unit: 'count', meaning: 'acknowledged writes that may be lost', standard: 0 },
    { key: 'write_interruption_s_max', unit: 's', meaning: 'longest time without an acknowledged write; a shorter promise in the descriptor holds instead', standard: 30 },
    { key: 'acked_last_second_min', unit: 'count', meaning: 'writes acknowledged in the last second before a handover, and after its old primary was gone', standard: 20, quick: 10 },
    { key: 'unanswered_max', unit: 'requests', meaning: 'writes that may end without an answer', standard: 0 },
  ],
  inconclusiveIf: [
    'too few writes were acknowledged right before a handover, or after the old primary was gone',
    'the old primary was not seen to be replaced, so that the change of roles is not witnessed',
    'fewer handovers than stated were made',
    'an acknowledged write could not be read back',
    'the null control failed or the harness stalled in the same span, unless a write was lost',
    'the read of records finds what was never written as well',
  ],
  evidence: ['ids of the requests of each lost write', 'for each handover: the longest time without an acknowledged write', 'the answer of the procedure when it failed'],
  remediation:
    'Hand over in this order: keep the old primary from taking writes, wait until those under way are done, wait until the standby has replayed everything up to that position, promote it, and only then lead clients to it. Refuse writes meanwhile with 503 and Retry-After. Never let the old primary come back as it was: make it anew from the new one, or rewind it. A tool that does all this and stops at the first step that does not succeed is safer than a page of commands.',
  defects: [{ id: 'swap.handover-loses-tail', how: 'the standby is promoted before it has caught up' }],
  mustNotFire: ['START-05', 'REPL-03'],
  mayFire: [],
  limits: 'Writes have keys of their own and are idempotent, so one that was applied twice looks like one that was applied once.',
}

const newcomer: Requirement = {
  id: 'SWAP-04',
  area: 'SWAP',
  title: 'What is swapped in is really used',
  keyword: 'SHOULD',
  level: 3,
  weight: 1,
  safety: 'disruptive',
  statement: 'A component swapped into a role SHOULD take up that role within a bounded time.',
  why: 'A spare that sits idle is discovered when the last working one fails.',
  source: [book, 'The Practice of Cloud System Administration, 6.3.2'],
  needs: ['swap.components', 'topology.swap', 'data.write', 'swap.roles', 'lifecycle.stop', 'lifecycle.start'],
  absence: { rule: 'na-justified' },
  procedure: [
    'For each role that several components share, replace one of them by a fresh one and give it the time that it may take, or the shorter one that the descriptor promises.',
    'Send the operations of the role through the balancer, 50 a second, and stop all other members.',
    'After one ejection window every operation of the role must succeed; then the others are started again.',
  ],
  passCriterion: 'While the newcomer was alone in its role, no request failed after the failover window.',
  thresholds: [
    { key: 'take_up_within_s', unit: 's', meaning: 'how long a newcomer may take to be ready for the whole role; a shorter promise in the descriptor holds instead', standard: 30 },
    { key: 'failures_after_window_max', unit: 'requests', meaning: 'requests that may fail after the failover window', standard: 0 },
  ],
  inconclusiveIf: [
    'the newcomer was not seen to be swapped in, or the stop of another member was not witnessed',
    'a replica started after the swap: it knows the newcomer from its start',
    'the operations of the role failed before the others were taken away',
    'fewer than 30 requests were served by the newcomer alone',
    'the null control failed or the harness stalled in the same span',
  ],
  evidence: ['requests that failed while the newcomer was alone, with their ids'],
  remediation:
    'Look again and again for members of a role (a name that resolves to all of them, a registry, a periodic check of those that were down) and give a member that answers its share back. A pool that is made once at the start, or a mark "down" without a way back, turns each exchange into a loss. Watch the share of work of each member, so that an idle one is seen before it is needed.',
  defects: [{ id: 'swap.newcomer-idle', how: 'a member that was away once is never used again' }],
  mustNotFire: ['SWAP-01', 'RDND-05'],
  mayFire: [],
  limits: 'That the newcomer can fill the role alone is shown, not that it takes its share beside the others.',
}

/** Hot swaps: components out of and into their roles, at other addresses, the primary too, and newcomers that work. */
export const requirements: readonly Requirement[] = [swappable, newAddress, handover, newcomer]
