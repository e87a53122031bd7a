import { messageOf } from '../../core/errors.js';
import { NetworkHost } from './network-host.js';
/** The program of the network process: answers calls on its IPC channel and ends with it. */
// Nobody is left to give orders or to look at the results.
process.on('disconnect', () => process.exit(0));
if (!process.connected)
    process.exit(0);
const tell = (message, onSent) => {
    process.send?.(message, () => onSent?.());
};
const host = new NetworkHost((event) => {
    console.log(JSON.stringify(event));
    tell({ kind: 'event', event });
});
process.on('message', (message) => {
    void answer(message);
});
async function answer({ id, name, parameters }) {
    const ended = name === 'close' ? () => process.exit(0) : undefined;
    try {
        const call = host[name];
        const value = await call.apply(host, [...parameters]);
        tell({ kind: 'result', id, value }, ended);
    }
    catch (error) {
        tell({ kind: 'failure', id, message: messageOf(error) }, ended);
    }
}
