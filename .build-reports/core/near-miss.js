/** Edit distance between two short words (Levenshtein), for "did you mean". */
function distance(from, to) {
    let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
    for (let row = 1; row <= from.length; row++) {
        const current = [row];
        for (let column = 1; column <= to.length; column++) {
            const cost = from[row - 1] === to[column - 1] ? 0 : 1;
            current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + cost));
        }
        previous = current;
    }
    return previous[to.length] ?? 0;
}
/** The known words nearest to what was written, nearest first; empty when nothing is near. */
export function nearMisses(written, known, countMax = 3) {
    const wanted = written.toLowerCase();
    return known
        .map((word) => ({ word, away: word.toLowerCase().startsWith(wanted) ? 1 : distance(wanted, word.toLowerCase()) }))
        .filter(({ word, away }) => away <= Math.max(2, Math.floor(Math.max(word.length, wanted.length) / 3)))
        .sort((a, b) => a.away - b.away)
        .slice(0, countMax)
        .map(({ word }) => word);
}
