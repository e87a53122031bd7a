import { closeSync, fchmodSync, fchownSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { giveTo } from './run-as.js';
const blockSize = 512;
const text = (block, start, length) => {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end === -1 ? length : end);
};
/**
 * Unpacks a tar archive (POSIX 1003.1 ustar: files and folders, which is what BASE_BACKUP sends) that arrives in
 * pieces of any size. Writes synchronously, so the sender is held back and memory stays small.
 */
export class TarExtractor {
    directory;
    owner;
    pending = Buffer.alloc(0);
    file;
    contentLeft = 0;
    paddingLeft = 0;
    constructor(directory, owner) {
        this.directory = directory;
        this.owner = owner;
    }
    write(chunk) {
        let rest = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
        while (rest.length > 0) {
            if (this.contentLeft > 0)
                rest = this.takeContent(rest);
            else if (this.paddingLeft > 0)
                rest = this.takePadding(rest);
            else if (rest.length < blockSize)
                break;
            else
                rest = this.takeHeader(rest);
        }
        this.pending = Buffer.from(rest); // a copy: the sender uses its buffer again
    }
    /** Throws when the archive stopped in the middle of something. */
    end() {
        const cut = this.contentLeft > 0 || this.pending.length > 0;
        this.closeFile();
        if (cut)
            throw new Error('the archive ends in the middle of an entry');
    }
    takeContent(rest) {
        const piece = rest.subarray(0, this.contentLeft);
        if (this.file !== undefined)
            writeSync(this.file, piece);
        this.contentLeft -= piece.length;
        if (this.contentLeft === 0)
            this.closeFile();
        return rest.subarray(piece.length);
    }
    takePadding(rest) {
        const skipped = Math.min(this.paddingLeft, rest.length);
        this.paddingLeft -= skipped;
        return rest.subarray(skipped);
    }
    takeHeader(rest) {
        const header = rest.subarray(0, blockSize);
        if (header.some((byte) => byte !== 0))
            this.begin(header);
        return rest.subarray(blockSize);
    }
    begin(header) {
        const prefix = text(header, 345, 155);
        const name = normalize(join(prefix, text(header, 0, 100)));
        if (name.startsWith('..') || name.startsWith('/'))
            throw new Error(`the archive contains the path ${name}`);
        const path = join(this.directory, name);
        const type = text(header, 156, 1);
        if (type === '5') {
            mkdirSync(path, { recursive: true, mode: 0o700 });
            giveTo(this.owner, path);
        }
        else if (type === '0' || type === '') {
            this.beginFile(path, Number.parseInt(text(header, 124, 12), 8));
        }
        else {
            throw new Error(`the archive contains an entry of type "${type}" (${name}), expected files and folders`);
        }
    }
    beginFile(path, size) {
        this.file = openSync(path, 'w', 0o600);
        fchmodSync(this.file, 0o600);
        if (this.owner.uid !== undefined && this.owner.gid !== undefined)
            fchownSync(this.file, this.owner.uid, this.owner.gid);
        this.contentLeft = size;
        this.paddingLeft = (blockSize - (size % blockSize)) % blockSize;
        if (size === 0)
            this.closeFile();
    }
    closeFile() {
        if (this.file !== undefined)
            closeSync(this.file);
        this.file = undefined;
    }
}
