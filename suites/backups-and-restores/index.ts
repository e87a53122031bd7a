import type { Suite } from '../../core/scenario.js'
import { scenario as aLiveBackupRestoresFaithfully } from './a-live-backup-restores-faithfully.scenario.js'
import { scenario as aPartIsRestoredLive } from './a-part-is-restored-live.scenario.js'
import { requirements } from './requirements/index.js'

export const suite: Suite = {
  id: 'backups-and-restores',
  title: 'Backups and restores',
  areas: [{ id: 'BKUP', title: 'Backups and restores' }],
  requirements,
  scenarios: [aLiveBackupRestoresFaithfully, aPartIsRestoredLive],
}
