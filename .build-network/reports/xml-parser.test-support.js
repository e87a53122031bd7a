const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/;
const startTag = /^<([A-Za-z][\w.-]*)((?:\s+[A-Za-z_][\w.:-]*="[^"<]*")*)\s*(\/?)>/;
const endTag = /^<\/([A-Za-z][\w.-]*)\s*>/;
const attribute = /([A-Za-z_][\w.:-]*)="([^"<]*)"/g;
/** Char of XML 1.0, section 2.2. */
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** Throws with the place when the text is not a well-formed document. */
export function parseXml(text) {
    const bad = forbidden.exec(text);
    if (bad !== null)
        throw new Error(`character not allowed in XML 1.0 at ${bad.index}: ${JSON.stringify(bad[0])}`);
    let rest = text.replace(declaration, '').trimEnd();
    const document = { name: '', attributes: {}, children: [] };
    const open = [document];
    while (rest !== '') {
        const length = step(rest, open);
        if (length === 0)
            throw new Error(`not well-formed: ${rest.slice(0, 80)}`);
        rest = rest.slice(length);
    }
    const [root, ...others] = document.children;
    if (open.length !== 1 || root === undefined || typeof root === 'string' || others.length > 0)
        throw new Error('not exactly one root element');
    return root;
}
/** Reads one tag or one run of text; returns how much it took, 0 when it is not well-formed. */
function step(rest, open) {
    const current = open.at(-1);
    if (!rest.startsWith('<'))
        return takeText(rest, current);
    const ended = endTag.exec(rest);
    if (ended !== null) {
        open.pop();
        return ended[1] === current.name ? ended[0].length : 0;
    }
    const started = startTag.exec(rest);
    if (started === null)
        return 0;
    const node = { name: started[1], attributes: attributesOf(started[2]), children: [] };
    current.children.push(node);
    if (started[3] === '')
        open.push(node);
    return started[0].length;
}
function takeText(rest, current) {
    const text = rest.slice(0, rest.includes('<') ? rest.indexOf('<') : undefined);
    if (text.includes(']]>'))
        throw new Error('"]]>" in text');
    current.children.push(resolved(text));
    return current.name === '' ? 0 : text.length;
}
function attributesOf(source) {
    const found = {};
    for (const [, name, value] of source.matchAll(attribute)) {
        if (name in found)
            throw new Error(`attribute ${name} twice`);
        found[name] = resolved(value);
    }
    return found;
}
function resolved(text) {
    return text.replace(/&([^;\s]*);?/g, (whole, name) => {
        const code = /^#(\d+)$/.exec(name);
        const character = code === null ? entities[name] : String.fromCodePoint(Number(code[1]));
        if (character === undefined || !whole.endsWith(';'))
            throw new Error(`entity not defined: ${whole}`);
        return character;
    });
}
export const childrenOf = (node, name) => node.children.filter((child) => typeof child !== 'string' && child.name === name);
export const textOf = (node) => node.children.filter((child) => typeof child === 'string').join('');
