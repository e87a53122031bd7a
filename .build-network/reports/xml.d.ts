/** XML that is well-formed whatever text goes in: the only way to make an element is this file. */
export interface XmlElement {
    readonly source: string;
}
/**
 * Names are ours, values are anybody's. Text is escaped instead of wrapped in CDATA, so `]]>` needs no special case;
 * attribute values are one line, because parsers turn line feeds in them into spaces anyway.
 */
export declare function element(name: string, attributes: Readonly<Record<string, string | number>>, content: readonly (XmlElement | string)[]): XmlElement;
