import { appendFileSync } from 'node:fs';
import { messageOf } from '../../core/errors.js';
import { SimulatedMachine } from './simulated-machine.js';
/**
 * A program of its own: `node machine.js <log file>`, with an IPC channel to the driver. Nothing of it may outlive
 * that channel: when it closes, or when anything goes wrong in here, the power goes off.
 */
const logFile = process.argv[2] ?? '/dev/null';
const log = (message) => {
    try {
        appendFileSync(logFile, `${new Date().toISOString()} ${message}\n`);
    }
    catch {
        // The folder was removed under us. The units matter more than the log.
    }
};
const send = (message, then = () => undefined) => {
    if (process.connected)
        process.send?.(message, undefined, undefined, then);
    else
        then();
};
const machine = new SimulatedMachine(send, log);
const powerOff = (reason, exitCode) => {
    log(`power off: ${reason}`);
    machine.powerOff();
    process.exit(exitCode);
};
async function handle(request) {
    log(`asked for ${request.name} ${request.name === 'boot' ? '' : JSON.stringify(request.parameters)}`);
    try {
        const answer = await machine.answer(request);
        const isLast = request.name === 'shutdown';
        send({ kind: 'answer', id: request.id, answer }, isLast ? () => powerOff('shut down in order', 0) : undefined);
    }
    catch (error) {
        send({ kind: 'refusal', id: request.id, reason: messageOf(error) });
    }
}
process.on('message', (request) => void handle(request));
process.on('disconnect', () => powerOff('the driver is gone', 0));
process.on('uncaughtException', (error) => powerOff(error.stack ?? error.message, 70));
process.on('unhandledRejection', (error) => powerOff(messageOf(error), 70));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.on(signal, () => powerOff(signal, 0));
if (process.send === undefined)
    throw new Error('the machine is started by the process driver, with an IPC channel');
log(`booted as process ${process.pid}`);
send({ kind: 'ready' });
