/** Options that several commands have. */

/** A comma-separated list that may also be repeated. */
export const list = { type: 'string', array: true, coerce: (values: string[]) => values.flatMap((value) => value.split(',')).filter((one) => one !== '') } as const
export const only = { ...list, describe: 'requirement ids, areas or suite/scenario; globs; repeatable' } as const
export const profile = { choices: ['quick', 'standard', 'thorough'], default: 'quick', describe: 'sample sizes and durations' } as const
export const parallel = { type: 'number', defaultDescription: 'two for each processor, at most 8, and one more while processors are idle', describe: 'scenarios running side by side' } as const
export const randomSeed = { type: 'number', describe: 'repeats the order and the random choices of a run' } as const
export const reporter = { ...list, default: ['html', 'junit', 'json', 'terminal'], describe: 'html, junit, json, sarif, markdown, badge, allure, terminal' } as const
export const driver = { type: 'string', describe: 'how the service is put in the world (see `seaworthy list`); default: the first that can, containers before processes' } as const
export const ownSuites = { type: 'string', describe: 'the descriptor whose own suites belong to it (default: ./seaworthy.yaml)' } as const
