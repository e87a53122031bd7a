export type RebootManner = 'orderly' | 'power-loss'

/** Label of a reboot; direct requests after it belong to the load `after-<label>`. */
export const rebootLabel = (manner: RebootManner, number: number): string => `${manner}-reboot-${number}`
