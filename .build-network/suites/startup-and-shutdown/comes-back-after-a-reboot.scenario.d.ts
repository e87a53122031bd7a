import type { Scenario } from '../../core/scenario.js';
/**
 * Both manners of reboot, because they end processes differently: an orderly shutdown leaves a clean exit that a restart
 * policy may take for the end of the work, a power loss leaves locks and half-written files.
 */
export declare const comesBackAfterAReboot: Scenario;
