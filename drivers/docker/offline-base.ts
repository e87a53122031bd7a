import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { exitCodes, SeaworthyError } from '../../core/errors.js'

/**
 * Lays out the root of an image from what is on this machine: Node.js, a shell, cp, chroot, and the libraries that they and
 * `programs` load. With it an image is built where no registry can be reached. Throws SeaworthyError SW_OFFLINE_BASE.
 */
export function layOutOfflineBase(root: string, programs: readonly string[]): void {
  if (process.platform !== 'linux') throw problem(`the system ${process.platform}`, 'Linux, whose programs run in a container')
  const shell = realpathSync('/bin/sh')
  const copy = realpathSync('/bin/cp')
  const changeRoot = realpathSync(existsSync('/usr/sbin/chroot') ? '/usr/sbin/chroot' : '/usr/bin/chroot')
  put(process.execPath, join(root, 'usr/local/bin/node'))
  put(shell, join(root, 'bin/sh'))
  put(copy, join(root, 'bin/cp')) // PostgreSQL's empty cluster is copied with it
  put(changeRoot, join(root, 'usr/sbin/chroot')) // with it a helper uses the programs of the engine's machine
  for (const library of new Set([process.execPath, shell, copy, changeRoot, ...programs].flatMap(librariesOf))) put(library, join(root, library))
  mkdirSync(join(root, 'etc'), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnode:x:1000:1000:node:/tmp:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n')
  mkdirSync(join(root, 'tmp'), { recursive: true })
}

/** The same for a machine with an engine of its own: a shell and the programs of the engine. Throws SeaworthyError SW_OFFLINE_BASE. */
export function layOutMachine(root: string, programs: readonly string[]): void {
  const shell = realpathSync('/bin/sh')
  put(shell, join(root, 'bin/sh'))
  for (const program of programs) put(program, join(root, 'usr/local/bin', basename(program)))
  for (const library of new Set([shell, ...programs].flatMap(librariesOf))) put(library, join(root, library))
  for (const folder of ['etc', 'run', 'tmp', 'var/lib/docker']) mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(realpathSync(from), to)
  chmodSync(to, 0o755)
}

/** Paths as the loader finds them; the loader itself is one of them. What is found inside the program's own folder is there already. */
function librariesOf(program: string): string[] {
  const { status, stdout, error } = spawnSync('ldd', [program], { encoding: 'utf8' })
  if (error !== undefined) throw problem(`that ldd cannot be run (${error.message})`, 'ldd, which tells what a program loads')
  if (status !== 0) return [] // statically linked
  const own = dirname(dirname(program))
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path]) => normalize(path ?? '')).filter((path) => existsSync(path) && dirname(dirname(path)) !== own)
}

const problem = (found: string, expected: string): SeaworthyError =>
  new SeaworthyError('SW_OFFLINE_BASE', `while making a base image from this machine: found ${found}, expected ${expected}`, { exitCode: exitCodes.usage })
