import type { RequirementReport } from '../core/run-report.js'

type Given = Pick<RequirementReport, 'id' | 'title' | 'level' | 'weight' | 'statement' | 'outcome' | 'summary' | 'remediation'> &
  Partial<RequirementReport>

/** Fills in what most requirements of the example have in common. */
export function requirement(given: Given): RequirementReport {
  return {
    area: given.id.replace(/-\d+$/, ''),
    keyword: 'MUST',
    waived: null,
    scenario: null,
    strength: null,
    grade: null,
    thresholds: {},
    relaxed: [],
    findings: [],
    evidence: [],
    defects: [],
    reproduce: `seaworthy run services/orders/seaworthy.yaml --only ${given.id} --profile standard --random-seed 271828`,
    ...given,
  }
}
