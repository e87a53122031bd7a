import type { RequirementId } from '../core/requirement.js'

/** A sentence of the source chapter, abridged, and the requirements that test it. */
export interface SourceSentence {
  readonly id: string // 'S12'
  readonly sentence: string
  readonly requirements: readonly RequirementId[]
  readonly note?: string
}

/** Chapter 2, "Designing for Operations", of The Practice of Cloud System Administration, sentence by sentence. */
export const sourceSentences: readonly SourceSentence[] = [
  { id: 'S01', sentence: 'Software is usually designed from what users see and do', requirements: [], note: 'context, no requirement' },
  { id: 'S02', sentence: 'Build features that enhance the ability to perform and automate operational tasks', requirements: ['OPER-01', 'OPER-02'], note: 'and the catalogue as a whole' },
  { id: 'S03', sentence: 'Designing for operations takes the normal functions of an infrastructure into account', requirements: ['OPER-01', 'DOCS-01'], note: 'every SC-* scenario is such a function' },
  { id: 'S04', sentence: 'System must be configurable by automated means', requirements: ['CONF-01', 'CONF-02'] },
  { id: 'S05', sentence: 'Includes initial configuration and changes made later', requirements: ['CONF-01', 'CONF-02', 'CONF-08'] },
  { id: 'S06', sentence: 'Make a backup of a configuration and restore it', requirements: ['CONF-03'] },
  { id: 'S07', sentence: 'View the difference between one archived copy and another revision', requirements: ['CONF-04'] },
  { id: 'S08', sentence: 'Archive the running configuration without taking the system down', requirements: ['CONF-05', 'CONF-06'] },
  { id: 'S09', sentence: 'Easily achieved with text files in a well-defined format', requirements: ['CONF-07'] },
  { id: 'S10', sentence: 'Service should restart automatically when a machine boots', requirements: ['START-01', 'START-08', 'TOGL-06'] },
  { id: 'S11', sentence: 'Boot-time script, or a system that monitors processes and restarts them', requirements: ['START-01', 'START-02'], note: 'heading also covers shutdown: START-04' },
  { id: 'S12', sentence: 'Drain: stop accepting new requests, complete those in flight', requirements: ['DRAIN-01', 'DRAIN-03', 'DRAIN-05', 'DRAIN-06', 'DRAIN-10'] },
  { id: 'S13', sentence: 'Sometimes called lame-duck mode', requirements: ['DRAIN-01'], note: 'definition' },
  { id: 'S14', sentence: 'Important with a load balancer and several replicas', requirements: ['DRAIN-04'] },
  { id: 'S15', sentence: 'Upgrade by removing one replica at a time, upgrading it, returning it to service', requirements: ['UPGR-02', 'DRAIN-04', 'DRAIN-08'] },
  { id: 'S16', sentence: 'If each replica is simply killed, in-flight requests are lost', requirements: ['DRAIN-03'], note: 'used as the positive control of DRAIN-03' },
  { id: 'S17', sentence: 'Replica continues to process requests but intentionally fails the health check', requirements: ['DRAIN-01', 'DRAIN-02', 'DRAIN-05'] },
  { id: 'S18', sentence: 'Must be possible to upgrade software without taking down the service', requirements: ['UPGR-01', 'UPGR-06'] },
  { id: 'S19', sentence: 'Usually behind a load balancer, swapping out replicas as they are upgraded', requirements: ['UPGR-01', 'UPGR-02', 'UPGR-03'] },
  { id: 'S20', sentence: 'Non-replicated systems: clone, upgrade the clone, swap it in', requirements: ['UPGR-07'] },
  { id: 'S21', sentence: 'Clones tend to be imperfect because changes are in progress', requirements: ['UPGR-07', 'BKUP-02'] },
  { id: 'S22', sentence: 'Must be possible to back up and restore data while the system is running', requirements: ['BKUP-01', 'BKUP-02', 'BKUP-03', 'BKUP-05'] },
  { id: 'S23', sentence: 'Live backups are often performed on a read-only replica', requirements: ['BKUP-09'], note: 'descriptive (often), hence SHOULD' },
  { id: 'S24', sentence: 'Live restores often use a special API for inserting data', requirements: ['BKUP-05', 'BKUP-10'], note: 'descriptive (often), hence SHOULD for the API' },
  { id: 'S25', sentence: 'Architecture should allow restoration of a single account', requirements: ['BKUP-06', 'BKUP-07'] },
  { id: 'S26', sentence: 'Preferably without locking that user or group out', requirements: ['BKUP-08'], note: 'preferably, hence SHOULD' },
  { id: 'S27', sentence: 'Reliability and scaling techniques rest on multiple redundant replicas', requirements: ['RDND-01', 'RDND-02', 'RDND-05', 'REPL-05'] },
  { id: 'S28', sentence: 'Services should be designed to support such configurations', requirements: ['RDND-01', 'RDND-02', 'RDND-03', 'RDND-04', 'RDND-05', 'RDND-07'] },
  { id: 'S29', sentence: 'Access databases in a way that supports database scaling', requirements: ['REPL-01', 'REPL-02'] },
  { id: 'S30', sentence: 'Most common way: one or more read-only replicas', requirements: ['REPL-02', 'REPL-05', 'REPL-06'] },
  { id: 'S31', sentence: 'Master does all transactions that mutate', requirements: ['REPL-01'] },
  { id: 'S32', sentence: 'Updates are passed to the replicas via bulk transfers', requirements: ['REPL-03'] },
  { id: 'S33', sentence: 'Master as normal; queries that do not mutate go to a replica', requirements: ['REPL-01', 'REPL-02', 'REPL-04'] },
  { id: 'S34', sentence: 'Most access is read-only, so the majority of work is off-loaded', requirements: ['REPL-02'], note: 'threshold: at least half' },
  { id: 'S35', sentence: 'Replicas offer fast, slightly out-of-date access', requirements: ['REPL-03', 'REPL-06', 'REPL-07'] },
  { id: 'S36', sentence: 'Master offers the freshest data, though perhaps slower', requirements: ['REPL-04'] },
  { id: 'S37', sentence: 'Components (also physical ones) swappable in or out of their roles without an overall outage', requirements: ['SWAP-01', 'SWAP-02', 'SWAP-03', 'SWAP-04'], note: 'physical parts: storage component stands in, else N/A (see SWAP-01 notes)' },
  { id: 'S38', sentence: 'A toggle should enable or disable each new feature', requirements: ['TOGL-01', 'TOGL-02', 'TOGL-05', 'TOGL-06'] },
  { id: 'S39', sentence: 'Roll-outs independent of when the feature is made available', requirements: ['TOGL-03', 'TOGL-04'] },
  { id: 'S40', sentence: 'Graceful degradation means that ... (cut off)', requirements: ['DEGR-01', 'DEGR-02', 'DEGR-03', 'DEGR-04', 'DEGR-05', 'DEGR-06', 'DEGR-07', 'DEGR-08', 'DEGR-09'], note: 'recovered: software acts differently when it becomes overloaded or when systems it depends on are down; lighter interface, read-only mode, partial results' },
]
