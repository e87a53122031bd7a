import { join } from 'node:path';
/**
 * Only for the defect start.manual-unlock. The file stands in the volatile folder: installing the service creates
 * it, a reboot wipes it, and without it the service waits to be unlocked.
 */
export const unlockMarker = (runDirectory) => join(runDirectory, 'unlocked');
