import type { Requirement } from '../../core/requirement.js'
import { honestAnswers, partialResults } from './requirements/answers-without-dependencies.js'
import { containedSlowness, coreGoesOn, fullServiceReturns } from './requirements/dependencies-that-fail.js'
import { overloadPasses, reducedMode, shedOverload } from './requirements/overload.js'

/** Graceful degradation: the service acts differently, rather than failing, when what it depends on is down or when it is overloaded. */
export const requirements: readonly Requirement[] = [coreGoesOn, containedSlowness, honestAnswers, fullServiceReturns, shedOverload, reducedMode, overloadPasses, partialResults]
