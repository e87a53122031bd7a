import { defective, exitCodeConfiguration } from '../defects.js'
import { addRoutes, createApplication } from './application.js'
import { AuditLog } from './audit.js'
import { BackgroundWork } from './background-work.js'
import { Cache } from './cache.js'
import type { Configuration } from './configuration.js'
import { Connections } from './connections.js'
import { DatabaseAccess } from './database-access.js'
import { DatabaseMonitor } from './database-monitor.js'
import { Drain } from './drain.js'
import type { Environment } from './environment.js'
import { keepLease } from './hidden-leader.js'
import { newIdentity } from './identity.js'
import { ExceptionReports } from './exception-reports.js'
import { InFlight } from './in-flight.js'
import { LiveConfiguration } from './live-configuration.js'
import { itemRoutes } from './items.js'
import { importRoutes } from './imports.js'
import { log } from './log.js'
import { LookOut } from './look-out.js'
import { noteRoutes } from './notes.js'
import { QueueingRecordStore } from './queueing-record-store.js'
import { DatabaseRecordStore } from './record-store.js'
import { untilSetUp } from './setup.js'
import { RequestMetrics } from './request-metrics.js'
import { releaseRoutes } from './release-routes.js'
import { searchRoutes } from './search.js'
import { sourcesOf } from './sources.js'
import { StartUp, takeLock } from './start-up.js'
import { stop } from './stop.js'
import { Toggles } from './toggles.js'
import { WriteBehindRecordStore } from './write-behind-record-store.js'

/** Only for the defect rdnd.scale-in-kills: what is beyond them is surplus. */
const usualReplicas = 3

/**
 * Starts a replica: it listens at once, for its health answers, and is ready when it is warm. Returns the orderly
 * stop, which ends the process; calling it again changes nothing.
 */
export async function startReplica(environment: Environment, configuration: Configuration): Promise<() => Promise<void>> {
  const releaseLock = takeLock(environment)
  const identity = newIdentity(environment.instance, environment.release)
  const reports = new ExceptionReports(environment.exceptionsDsn, identity)
  process.on('uncaughtException', (error) => reports.end(error))
  const app = createApplication(configuration.http)
  const monitor = new DatabaseMonitor(environment, configuration.monitor)
  const database = new DatabaseAccess(environment, configuration, monitor)
  const cache = new Cache(environment.cache)
  const toggles = new Toggles(environment.toggleStore, environment.index, environment.release.recordFormat)
  const inFlight = new InFlight()
  const connections = new Connections(app.server)
  const work = new BackgroundWork(database, identity)
  const drain = new Drain(configuration.drain, { inFlight, work, connections, listen: () => connections.listen(environment.listen) })
  const live = new LiveConfiguration(configuration, database, { index: environment.index, path: environment.configurationPath })
  const startUp = new StartUp(environment, configuration, database, [() => untilSetUp(environment), () => live.refresh(), () => toggles.firstStates()])
  const writeBehind = defective('start.acks-before-durable') ? new WriteBehindRecordStore(database) : undefined
  const newRecords = defective('degr.acks-into-void') ? QueueingRecordStore : DatabaseRecordStore
  const records = writeBehind ?? new newRecords(database, environment.release.recordFormat)

  if (process.env['START_DRAINED'] === '1' && !defective('drain.start-drained-ignored')) drain.begin()

  const audit = new AuditLog(database)
  let stopping: Promise<void> | undefined
  addRoutes(app, { identity, monitor, database, inFlight, work, connections, drain, startUp, records, live, environment, cache, toggles, metrics: new RequestMetrics(), reports, audit, isStopping: () => stopping !== undefined, restoreObjectsPerSecond: configuration.restore.objectsPerSecond })
  const leavesAtOnce = defective('rdnd.scale-in-kills') && environment.index >= usualReplicas
  const stopOnce = (): Promise<void> => (stopping ??= leavesAtOnce ? process.exit(0) : stop({ drain, wasReady: () => startUp.mayBeReady, inFlight, connections, database, finish }, configuration.drain))
  releaseRoutes(app, { identity, installedIn: environment, stop: () => void stopOnce() })
  importRoutes(app, { database, live, audit, recordFormat: environment.release.recordFormat })
  noteRoutes(app, environment.notes)
  itemRoutes(app, { records, sources: sourcesOf(environment, configuration.sources) })
  searchRoutes(app, configuration.search)
  await app.listen(environment.listen)
  log('listening', { instance: identity.instance, boot: identity.boot, release: identity.release.releaseId, ...environment.listen })
  monitor.start()
  void startUp.run().then(() => {
    const lookOut = new LookOut(database, identity.instance)
    if (startUp.complete) work.start(lookOut)
    live.follow(lookOut)
    lookOut.start()
    if (defective('rdnd.hidden-leader') && environment.index === 0) keepLease(database)
  }, endOnMistake)

  const finish = async (): Promise<void> => {
    await writeBehind?.flush()
    await work.handBack()
    cache.close()
    toggles.close()
    releaseLock()
  }
  return stopOnce
}

function endOnMistake(error: Error): void {
  process.stderr.write(`server: ${error.message}\n`)
  process.exit(exitCodeConfiguration)
}
