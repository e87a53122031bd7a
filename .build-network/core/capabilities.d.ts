import type { Capability } from './requirement.js';
import type { ServiceDescriptor, Unit } from './service-descriptor.js';
/**
 * What a descriptor does not stand in the way of: everything it declares, and everything that needs no declaration
 * because a driver can do it to any service. What is not in here makes a requirement `missing`; what is in here
 * and not offered by the driver makes it `skipped`.
 */
export declare function declaredCapabilities(service: ServiceDescriptor): ReadonlySet<Capability>;
/** An address of a component in a template: `{db:host}`, `{db:port}`. Group 1 is the name, group 2 what of it. */
export declare const addressTemplate: RegExp;
/** Names of the components a unit addresses in its command and environment, each once, in order of appearance. */
export declare function componentsAddressedBy(unit: Unit): string[];
