import type { Scenario, ScenarioContext } from '../../core/scenario.js'
import { thresholdValues, type ProfileName } from '../../core/requirement.js'
import { readyAfterAReboot } from './ready-after-a-reboot.check.js'
import { comesBackAfterBoot } from './recovery.requirements.js'
import { rebootLabel, type RebootManner } from './reboot-label.js'
import { comebackLimitMs, usualStartMs, usualStopMs, watchBeyondLimitMs } from './time-limits.js'
import { untilServing } from './await-service.js'

const trafficPerSecond = 10
const readinessEveryMs = 100
/** After a comeback readiness is sampled this long, so that the last readings are those of what came back. */
const sampledAfterMs = 3 * readinessEveryMs

async function rebootAndWait(context: ScenarioContext, manner: RebootManner, number: number): Promise<boolean> {
  const label = rebootLabel(manner, number)
  const limitMs = comebackLimitMs(context.threshold('START-01', 'boot_to_ready_s'), context.service.lifecycle.startTimeoutMs)
  context.step(manner === 'orderly' ? 'shutting the machine down in order and booting it' : 'cutting the power of the machine and booting it')
  await context.control.reboot(manner, label)
  context.step('waiting for every instance to come back by itself')
  const back = await Promise.all(context.instances.map(({ id }) => untilServing(context, id, { load: `after-${label}`, limitMs })))
  await context.pause(sampledAfterMs)
  return back.every(Boolean)
}

/**
 * Both manners of reboot, because they end processes differently: an orderly shutdown leaves a clean exit that a restart
 * policy may take for the end of the work, a power loss leaves locks and half-written files.
 */
export const comesBackAfterAReboot: Scenario = {
  id: 'startup-and-shutdown/comes-back-after-a-reboot',
  title: 'The service is ready again by itself after the machine was shut down in order and after it lost power',
  needs: ['lifecycle.reboot', 'health.readiness'],
  instanceCountMin: 1,
  dependencies: 'direct',
  expectedMs: (service, profile: ProfileName) => {
    const values = thresholdValues(comesBackAfterBoot, profile)
    const orderly = Number(values['orderly_reboots']) * (usualStopMs(service) + 2 * usualStartMs(service))
    const powerLoss = Number(values['powerloss_reboots']) * 2 * usualStartMs(service)
    return Number(values['min_uptime_s']) * 1_000 + orderly + powerLoss
  },
  async exercise(context) {
    const limitMs = comebackLimitMs(context.threshold('START-01', 'boot_to_ready_s'), context.service.lifecycle.startTimeoutMs)
    const arms: RebootManner[] = [
      ...Array<RebootManner>(context.threshold('START-01', 'orderly_reboots')).fill('orderly'),
      ...Array<RebootManner>(context.threshold('START-01', 'powerloss_reboots')).fill('power-loss'),
    ]
    const uptimeMs = context.threshold('START-01', 'min_uptime_s') * 1_000
    const rebootMsMax = context.service.lifecycle.stop.graceMs + 2 * (limitMs + watchBeyondLimitMs)
    const load = context.traffic.start({
      name: 'background',
      ratePerSecond: trafficPerSecond,
      operations: 'mixed',
      via: 'balancer',
      connections: 'keep-alive',
      durationMaxMs: uptimeMs + arms.length * rebootMsMax,
    })
    const sampling = context.traffic.sample({ probes: ['readiness'], instances: context.instances.map(({ id }) => id), everyMs: readinessEveryMs })
    try {
      context.step('letting the service run for a while')
      await context.pause(uptimeMs)
      for (const [index, manner] of arms.entries()) {
        // What has not come back from one reboot cannot show anything by the next.
        if (!(await rebootAndWait(context, manner, index + 1))) break
      }
    } finally {
      await sampling.stop()
      await load.stop()
    }
  },
  checks: [readyAfterAReboot],
}
