const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 };
const outcomeColors = {
    passed: 'green',
    failed: 'red',
    missing: 'red',
    inconclusive: 'yellow',
    error: 'magenta',
    'not-applicable': 'dim',
    skipped: 'dim',
};
const toneColors = { good: 'green', bad: 'red', unsure: 'yellow', broken: 'magenta' };
/** Colours from the basic set only: they follow the palette that the user chose for the terminal. */
export function createStyle(isColored) {
    const paint = (color, text) => (isColored ? `\u001b[${codes[color]}m${text}\u001b[0m` : text);
    return {
        bold: (text) => paint('bold', text),
        dim: (text) => paint('dim', text),
        accent: (text) => paint('cyan', text),
        warning: (text) => paint('yellow', text),
        outcome: (outcome, text) => paint(outcomeColors[outcome], text),
        tone: (tone, text) => paint(toneColors[tone], text),
    };
}
/**
 * FORCE_COLOR wins over NO_COLOR, as in Node itself; without either, colour is for terminals that know it and that a
 * person looks at.
 */
export function wantsColor(isTTY, environment) {
    const forced = environment['FORCE_COLOR'];
    if (forced !== undefined)
        return forced !== '0' && forced !== 'false';
    return wantsRedraw(isTTY, environment) && (environment['NO_COLOR'] ?? '') === '';
}
/** CI servers give some programs a terminal and then store what was written: redrawing would only fill their logs. */
export function wantsRedraw(isTTY, environment) {
    const ci = environment['CI'];
    const isCi = ci !== undefined && ci !== '' && ci !== '0' && ci !== 'false';
    return isTTY && !isCi && environment['TERM'] !== 'dumb';
}
