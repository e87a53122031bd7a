import { spawn } from 'node:child_process'
import { cpus } from 'node:os'

/** Ends by itself with its parent: a burner that outlives what it was to disturb disturbs everybody. */
const program = `const parent = process.ppid
for (;;) {
  const until = Date.now() + 200
  while (Date.now() < until);
  if (process.ppid !== parent) process.exit()
}`
const burnersPerProcessor = 2

/** Processes that keep every processor busy until they are stopped. */
export function startBurners(): { readonly count: number; stop(): void } {
  const children = Array.from({ length: burnersPerProcessor * cpus().length }, () => spawn(process.execPath, ['-e', program], { stdio: 'ignore' }))
  return {
    count: children.length,
    stop: () => {
      for (const child of children) child.kill('SIGKILL')
    },
  }
}
