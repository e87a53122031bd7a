import { oneLine, printable, withoutMarkers } from './printable.js';
/**
 * Names are ours, values are anybody's. Text is escaped instead of wrapped in CDATA, so `]]>` needs no special case;
 * attribute values are one line, because parsers turn line feeds in them into spaces anyway.
 */
export function element(name, attributes, content) {
    const start = `<${name}${Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(oneLine(String(value)))}"`).join('')}`;
    if (content.length === 0)
        return { source: `${start}/>` };
    const holdsText = content.some((part) => typeof part === 'string');
    const parts = content.map((part) => (typeof part === 'string' ? escapeXml(printable(part)) : part.source));
    const inner = holdsText ? parts.join('') : `\n${parts.join('\n')}\n`;
    return { source: `${start}>${inner}</${name}>` };
}
const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
const escapeXml = (text) => withoutMarkers(text).replace(/[&<>"']/g, (character) => escapes[character] ?? '');
