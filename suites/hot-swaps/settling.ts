import { untilTrafficIsClean } from '../../core/clean-traffic.js'
import type { Load, ScenarioContext } from '../../core/scenario.js'
import { cleanMs } from './names.js'

/** Until no request of the load failed for a while. Whether that was so in time. */
export const untilClean = (context: ScenarioContext, load: Load, timeoutMs: number): Promise<boolean> => untilTrafficIsClean(context, load, { cleanMs: cleanMs[context.profile], timeoutMs })
