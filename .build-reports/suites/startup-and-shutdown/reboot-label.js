/** Label of a reboot; direct requests after it belong to the load `after-<label>`. */
export const rebootLabel = (manner, number) => `${manner}-reboot-${number}`;
