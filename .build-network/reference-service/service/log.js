/** One JSON object a line on standard output. */
export function log(message, detail = {}) {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...detail })}\n`);
}
