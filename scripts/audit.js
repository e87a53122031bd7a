// Known vulnerabilities in what users install. A registry that gives no answer is said, and fails nothing: it says nothing about the packages.
import { knownVulnerabilities } from './vulnerabilities.js'

const { unknown, total, grave, lines = [] } = knownVulnerabilities()
if (unknown !== undefined) {
  console.log(`NOT AUDITED: the registry gave no answer (${unknown})`)
  process.exit(0)
}
for (const line of lines) console.log(line)
console.log(`${total} known vulnerabilities in what users install, ${grave} of them high or critical`)
process.exit(grave > 0 ? 1 : 0)
