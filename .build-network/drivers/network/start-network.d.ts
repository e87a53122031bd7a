import { type StartNetwork } from './network-protocol.js';
export declare const startNetwork: StartNetwork;
