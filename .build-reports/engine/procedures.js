import { spawn } from 'node:child_process';
import { probe } from './probe.js';
import { instanceOf } from './scenario-world.js';
const procedureTimeoutMs = 15_000;
/** Carries out a declared procedure on one instance. Throws with what was found when it was not accepted. */
export async function carryOut(world, procedure, target) {
    if (procedure.via === 'http')
        return callHttp(world, procedure, target);
    if (procedure.via === 'signal') {
        const send = world.deployment.controls.signal;
        if (send === undefined)
            throw new Error('this driver cannot send signals');
        return send(target, procedure.signal);
    }
    return execute(world, procedure.command, target);
}
async function callHttp(world, procedure, target) {
    const answer = await probe(new URL(procedure.path, instanceOf(world, target).url), { method: procedure.method, timeoutMs: procedureTimeoutMs });
    const status = answer.status ?? 0;
    const accepted = procedure.expectStatus.length === 0 ? status >= 200 && status < 300 : procedure.expectStatus.includes(status);
    if (accepted)
        return;
    const expected = procedure.expectStatus.length === 0 ? 'a 2xx answer' : `status ${procedure.expectStatus.join(' or ')}`;
    throw new Error(`${procedure.method} ${procedure.path}: found ${answer.status ?? answer.outcome}${answer.code === undefined ? '' : ` (${answer.code})`}, expected ${expected}`);
}
/** Runs a command of the descriptor without a shell, with a bare environment, for at most 15 s. */
function execute(world, command, target) {
    const { hostname, port } = instanceOf(world, target).url;
    const fill = (text) => text.replaceAll('{instance}', target).replaceAll('{host}', hostname).replaceAll('{port}', port);
    const [program = '', ...args] = command.map(fill);
    return new Promise((resolve, reject) => {
        const child = spawn(program === 'node' ? process.execPath : program, args, {
            cwd: world.service.directory,
            env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
            stdio: ['ignore', 'ignore', 'pipe'],
            timeout: procedureTimeoutMs,
            killSignal: 'SIGKILL',
        });
        let said = '';
        child.stderr.on('data', (chunk) => {
            if (said.length < 2_000)
                said += chunk.toString('utf8');
        });
        child.on('error', reject);
        child.on('close', (code, signal) => {
            if (code === 0)
                resolve();
            else
                reject(new Error(`${command.join(' ')}: ended with ${signal ?? `exit code ${code}`}${said === '' ? '' : `: ${said.trim().slice(-300)}`}`));
        });
    });
}
