import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const marker = 'RUNS_UNDER_SHELL'

/** Whether this process is the server that the shell started. */
export const runsUnderShell = (): boolean => process.env[marker] === '1'

/**
 * The defect start.ignores-sigterm: the main process starts the server through a shell and forwards no signal. The
 * platform signals the main process, and the server never hears of it.
 */
export function runUnderShell(script: string): void {
  const child = spawn('sh', ['-c', `trap '' TERM; "$0" "$1"; exit $?`, process.execPath, script], {
    env: { ...process.env, [marker]: '1' },
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  process.on('SIGTERM', () => {})
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
}

/**
 * Under the shell the server ignores the stop signal too (a group that is signalled as a whole would reach it), and
 * ends when the main process is gone: its standard input is a pipe from there.
 */
export function followMainProcess(): void {
  process.on('SIGTERM', () => {})
  process.stdin.resume().once('close', () => process.exit(1))
}
