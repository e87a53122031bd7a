import type { Requirement } from '../../core/requirement.js'
import { archiving } from './requirements/archiving.js'
import { changing } from './requirements/changing.js'

export const requirements: readonly Requirement[] = [...changing, ...archiving].sort((a, b) => a.id.localeCompare(b.id))
