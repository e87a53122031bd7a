/** Milliseconds of the machine's monotonic clock, the same in every process. */
export const hrtimeMs = () => Number(process.hrtime.bigint()) / 1e6;
