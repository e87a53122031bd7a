/** Loads that are the harness's, not the clients': left out of what a report draws and counts. */
export const ownLoads: ReadonlySet<string> = new Set(['null-control', 'gate', 'balancer-qualification', 'reconcile', 'never-written', 'never-opened', 'seed'])
