// selftest --driver docker over a representative defect of every area. node scripts/docker-selftest.js [options of selftest]
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dockerDefects } from './docker-defects.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const parameters = ['bin/seaworthy.js', 'selftest', '--driver', 'docker', '--defects-only', ...dockerDefects.flatMap((id) => ['--only', id]), ...process.argv.slice(2)]
process.exitCode = spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit' }).status ?? 1
