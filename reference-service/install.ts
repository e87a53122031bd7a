import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defective, exitCodeConfiguration, refuseUnknownDefect } from './defects.js'
import { setupMarker } from './setup-marker.js'
import { unlockMarker } from './unlock-marker.js'

/**
 * Run once per deployment, like the install script of a package: writes the unit files that tell the machine what
 * to restart and what to start at boot. MACHINE_DIRECTORY survives a reboot, RUN_DIRECTORY does not.
 */
refuseUnknownDefect()

function required(name: string): string {
  const value = process.env[name]
  if (value) return value
  process.stderr.write(`install: ${name} is not set\n`)
  process.exit(exitCodeConfiguration)
}

interface UnitFile {
  readonly restart: 'always' | 'on-failure' | 'never'
  readonly startAtBoot: boolean
}

const units: Readonly<Record<string, UnitFile>> = {
  replicas: {
    restart: defective('start.no-supervision') ? 'never' : 'always',
    startAtBoot: !defective('start.no-boot-entry'),
  },
  'db-primary': { restart: 'always', startAtBoot: true },
  'db-replica': { restart: 'always', startAtBoot: true },
  cache: { restart: 'always', startAtBoot: true },
  'toggle-store': { restart: 'always', startAtBoot: true },
  notes: { restart: 'always', startAtBoot: true },
}

const directory = join(required('MACHINE_DIRECTORY'), 'units')
mkdirSync(directory, { recursive: true })
for (const [name, unit] of Object.entries(units)) {
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(unit, null, 2)}\n`)
}
if (defective('conf.setup-wizard')) writeFileSync(setupMarker(required('MACHINE_DIRECTORY')), '')
if (defective('start.manual-unlock')) writeFileSync(unlockMarker(required('RUN_DIRECTORY')), '')
