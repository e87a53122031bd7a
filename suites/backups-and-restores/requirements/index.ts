import type { Requirement } from '../../../core/requirement.js'
import { liveBackup } from './live-backup.js'

export const requirements: readonly Requirement[] = [...liveBackup].sort((one, other) => (one.id < other.id ? -1 : 1))
