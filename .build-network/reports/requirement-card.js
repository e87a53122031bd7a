const bullets = (lines) => lines.map((line) => `  - ${line}`).join('\n');
const shown = (value) => (typeof value === 'number' ? String(value) : value.join(', '));
function thresholdLine(threshold) {
    const others = ['quick', 'thorough']
        .filter((profile) => threshold[profile] !== undefined)
        .map((profile) => `${profile} ${shown(threshold[profile] ?? 0)}`);
    return `${threshold.key} = ${shown(threshold.standard)} ${threshold.unit}${others.length === 0 ? '' : ` (${others.join(', ')})`}: ${threshold.meaning}`;
}
function absenceText(absence) {
    if (absence.rule === 'fail')
        return 'missing: the capability is the requirement';
    if (absence.rule === 'na-justified')
        return 'missing, unless notApplicable gives a reason, an owner and a date';
    return `missing, unless facts.${absence.fact} is ${String(absence.equals)}`;
}
/** The whole card of a requirement as plain text; `explain` prints it and the generated reference is made of it. */
export function requirementCard(requirement, scenarios) {
    const { id, title, keyword, level, weight, safety } = requirement;
    const sections = [
        ['Statement', `  ${requirement.statement}`],
        ['Why', `  ${requirement.why}`],
        ['How it is tested', `${requirement.procedure.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}\n  Scenario: ${scenarios.join(', ') || 'none'}`],
        ['It passes when', `  ${requirement.passCriterion}`],
        ['Thresholds', bullets(requirement.thresholds.map(thresholdLine))],
        ['Inconclusive when', bullets(requirement.inconclusiveIf)],
        ['Evidence', bullets(requirement.evidence)],
        ['What to do when it fails', `  ${requirement.remediation}`],
        ['Needs', `  ${requirement.needs.join(', ')}\n  Not declared: ${absenceText(requirement.absence)}`],
        ['Shown able to fail by', bullets(requirement.defects.map((defect) => `${defect.id}: ${defect.how}`))],
        ...(requirement.limits === undefined ? [] : [['What this cannot show', `  ${requirement.limits}`]]),
        ['Source', `  ${requirement.source.join('; ')}`],
    ];
    return `${id}  ${title}\n${keyword}, level ${level}, weight ${weight}, ${safety}\n\n${sections.map(([heading, text]) => `${heading}\n${text}\n`).join('\n')}`;
}
