import { textWidth } from './text-width.js';
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const sequence = /^\u001b\[(\??)(\d*(?:;\d+)*)([A-Za-z])/;
/** A terminal that knows just what the reporter may use, and notes everything else. */
export class VirtualScreen {
    columns;
    written = '';
    isCursorVisible = true;
    /** How often a line ran into the right edge. */
    overflows = 0;
    unknownControls = [];
    #rows = [''];
    #row = 0;
    constructor(columns) {
        this.columns = columns;
    }
    write(text) {
        this.written += text;
        let rest = text;
        while (rest !== '') {
            const escape = sequence.exec(rest);
            const taken = escape === null ? this.#character(rest) : this.#control(escape);
            rest = rest.slice(taken);
        }
    }
    text() {
        return this.#rows.map((row) => row.trimEnd()).join('\n');
    }
    #control([whole, isPrivate, parameters, final]) {
        if (final === 'A')
            this.#row = Math.max(0, this.#row - Number(parameters || 1));
        else if (final === 'J' && parameters === '')
            this.#rows.length = this.#row + 1;
        else if (isPrivate === '?' && parameters === '25')
            this.isCursorVisible = final === 'h';
        else if (final !== 'm')
            this.unknownControls.push(whole);
        if (final === 'J')
            this.#rows[this.#row] = '';
        return whole.length;
    }
    #character(rest) {
        const [first] = segmenter.segment(rest.slice(0, 64));
        const character = first?.segment ?? '';
        if (character === '\n')
            this.#down();
        else if (character !== '\r')
            this.#put(character);
        return character.length;
    }
    #put(character) {
        if (/^[\u0000-\u001f\u007f-\u009f]/.test(character))
            this.unknownControls.push(character);
        const row = this.#rows[this.#row] ?? '';
        if (textWidth(row) + textWidth(character) <= this.columns) {
            this.#rows[this.#row] = row + character;
            return;
        }
        this.overflows += 1;
        this.#down();
        this.#rows[this.#row] = character;
    }
    #down() {
        this.#row += 1;
        this.#rows[this.#row] ??= '';
    }
}
