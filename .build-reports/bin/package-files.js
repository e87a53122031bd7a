import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
/** A file of the installed package; compiled code runs from dist/bin. */
export const packageFile = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export function packageVersion() {
    const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));
    return version;
}
export const referenceDescriptor = () => packageFile('reference-service/seaworthy.yaml');
