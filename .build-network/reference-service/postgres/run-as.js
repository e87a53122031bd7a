import { chownSync } from 'node:fs';
const nobody = 65534;
/** PostgreSQL refuses to run as root: root changes to POSTGRES_UID, by default `nobody`. */
export function runAsUser() {
    if (process.getuid?.() !== 0)
        return {};
    const uid = Number(process.env['POSTGRES_UID'] ?? nobody);
    return { uid, gid: uid };
}
export function giveTo(runAs, path) {
    if (runAs.uid !== undefined && runAs.gid !== undefined)
        chownSync(path, runAs.uid, runAs.gid);
}
