import type { Requirement } from '../../../core/requirement.js'
import { liveBackup } from './live-backup.js'
import { restores } from './restores.js'

export const requirements: readonly Requirement[] = [...liveBackup, ...restores].sort((one, other) => (one.id < other.id ? -1 : 1))
