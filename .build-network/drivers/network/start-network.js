import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, SeaworthyError } from '../../core/errors.js';
import { edgeKey } from './network-protocol.js';
const startTimeoutMs = 10_000;
const closeTimeoutMs = 3_000;
/** The compiled program, also when this module runs from its source (tests). */
const programPath = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/drivers/network/network-process.js' : './network-process.js', import.meta.url));
export const startNetwork = async (spec, options) => {
    const connection = new NetworkConnection(spawnNetwork(options.environment, options.logFile), options);
    try {
        const addresses = await connection.call('start', [spec], startTimeoutMs);
        connection.started = true;
        return networkOf(connection, addresses);
    }
    catch (error) {
        await connection.close();
        throw new SeaworthyError('SW_NETWORK', `while starting the network of the deployment: ${messageOf(error)}`, {
            hint: `its log is ${options.logFile}`,
            cause: error,
        });
    }
};
/** In a process group of its own, so that a Ctrl-C meant for the harness does not take the traffic away. */
function spawnNetwork(environment, logFile) {
    const log = openSync(logFile, 'a');
    try {
        return fork(programPath, [], { detached: true, env: { ...environment }, execArgv: [], stdio: ['ignore', log, log, 'ipc'] });
    }
    finally {
        closeSync(log);
    }
}
/** Calls to the network process, and what becomes of them when it ends. */
class NetworkConnection {
    pid;
    /** Before that an end is told by the failure of the start alone. */
    started = false;
    #child;
    #pending = new Map();
    #ended;
    #calls = 0;
    #endReason;
    #closing;
    constructor(child, options) {
        this.#child = child;
        this.pid = child.pid ?? 0;
        child.on('message', (message) => {
            const told = message;
            if (told.kind === 'event')
                options.onEvent(told.event);
            else
                this.#settle(told);
        });
        this.#ended = new Promise((resolve) => {
            const end = (reason) => {
                if (this.#endReason !== undefined)
                    return;
                this.#endReason = reason;
                for (const pending of this.#pending.values())
                    pending.reject(this.#endedError());
                this.#pending.clear();
                if (this.started && this.#closing === undefined)
                    options.onUnexpectedExit(reason);
                resolve();
            };
            child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
            child.on('error', (error) => {
                if (child.pid === undefined)
                    end(messageOf(error)); // it could not be started; other errors are of single messages
            });
        });
    }
    async call(name, parameters, timeoutMs) {
        if (this.#endReason !== undefined)
            throw this.#endedError();
        this.#calls += 1;
        const call = { id: this.#calls, name, parameters };
        const value = await new Promise((resolve, reject) => {
            const timer = timeoutMs === undefined ? undefined : setTimeout(() => reject(new SeaworthyError('SW_NETWORK', `no answer to ${name} within ${timeoutMs} ms`)), timeoutMs);
            const settled = (settle) => (value) => {
                clearTimeout(timer);
                settle(value);
            };
            this.#pending.set(call.id, { resolve: settled(resolve), reject: settled(reject) });
            this.#child.send(call, (error) => {
                if (error !== null)
                    this.#pending.get(call.id)?.reject(error);
            });
        });
        return value;
    }
    /** Ends the process and resolves when it is gone; may be called twice. */
    close() {
        this.#closing ??= this.#close();
        return this.#closing;
    }
    async #close() {
        if (this.#endReason !== undefined)
            return;
        const timer = setTimeout(() => this.#child.kill('SIGKILL'), closeTimeoutMs);
        this.call('close', []).catch(() => { }); // the end of the process is the answer that counts
        await this.#ended;
        clearTimeout(timer);
    }
    #settle(told) {
        const pending = this.#pending.get(told.id);
        this.#pending.delete(told.id);
        if (told.kind === 'result')
            pending?.resolve(told.value);
        else
            pending?.reject(new SeaworthyError('SW_NETWORK', told.message));
    }
    #endedError() {
        return new SeaworthyError('SW_NETWORK', `the network process has ended: ${this.#endReason}`);
    }
}
function networkOf(connection, addresses) {
    const ports = new Map(addresses.proxies.map(({ edge, port }) => [edgeKey(edge), port]));
    return {
        pid: connection.pid,
        balancerUrl: new URL(addresses.balancerUrl),
        echoUrl: new URL(addresses.echoUrl),
        proxyPort: (edge) => portOf(ports, edge),
        setBackends: (backends) => connection.call('setBackends', [backends]),
        setEdgeTarget: (edge, target) => connection.call('setEdgeTarget', [edge, target]),
        faultEdge: (edge, fault) => connection.call('faultEdge', [edge, fault]),
        healEdge: (edge) => connection.call('healEdge', [edge]),
        edgeCounters: (edge) => connection.call('edgeCounters', [edge]),
        balancerCounters: () => connection.call('balancerCounters', []),
        async qualification() {
            const { rig, entrypoint } = await connection.call('openQualification', []);
            return {
                entrypoint: new URL(entrypoint),
                drainOneBackend: () => connection.call('drainOneBackend', [rig]),
                close: () => connection.call('closeQualification', [rig]),
            };
        },
        close: () => connection.close(),
        [Symbol.asyncDispose]: () => connection.close(),
    };
}
function portOf(ports, edge) {
    const port = ports.get(edgeKey(edge));
    if (port === undefined)
        throw new SeaworthyError('SW_NETWORK', `there is no proxy on the edge from ${edge.from} to ${edge.to}`);
    return port;
}
