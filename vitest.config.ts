import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{bin,core,engine,drivers,operating-system,suites,reports,reference-service,bench,tests}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes late on a busy machine; a second, the default, is no bound that means anything there.
    expect: { poll: { timeout: 10_000 } },
    // Timing-sensitive tests share the machine with each other; two workers is what a small CI machine has.
    maxWorkers: 2,
  },
})
