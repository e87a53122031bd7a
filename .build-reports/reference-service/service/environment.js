import { exitCodeConfiguration } from '../defects.js';
/** Ends the process with exit code 78 when a variable is missing. */
export function readEnvironment(variables) {
    const text = (name) => {
        const value = variables[name];
        if (value)
            return value;
        process.stderr.write(`server: ${name} is not set\n`);
        return process.exit(exitCodeConfiguration);
    };
    const port = (name) => {
        const value = Number(text(name));
        if (Number.isInteger(value) && value > 0 && value < 65_536)
            return value;
        process.stderr.write(`server: found ${name}=${text(name)}, expected a port number\n`);
        return process.exit(exitCodeConfiguration);
    };
    return {
        listen: { host: text('HOST'), port: port('PORT') },
        instance: text('INSTANCE'),
        index: Number(text('INDEX')),
        configurationPath: text('CONFIGURATION'),
        primary: { host: text('DATABASE_PRIMARY_HOST'), port: port('DATABASE_PRIMARY_PORT') },
        replica: { host: text('DATABASE_REPLICA_HOST'), port: port('DATABASE_REPLICA_PORT') },
        runDirectory: text('RUN_DIRECTORY'),
        machineDirectory: text('MACHINE_DIRECTORY'),
    };
}
