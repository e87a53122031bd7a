/** A strict reader for the part of XML 1.0 that a JUnit file uses; refuses what a conforming parser must refuse. */
export interface XmlNode {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly children: readonly (XmlNode | string)[];
}
/** Throws with the place when the text is not a well-formed document. */
export declare function parseXml(text: string): XmlNode;
export declare const childrenOf: (node: XmlNode, name: string) => readonly XmlNode[];
export declare const textOf: (node: XmlNode) => string;
