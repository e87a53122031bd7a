import { ClusterRefusal } from './api-client.js'

/** An order that was not carried out, as against one whose answer got lost. */
export const isRefusal = (thrown: unknown): boolean => thrown instanceof ClusterRefusal || ['SW_CLUSTER_TARGET', 'SW_NOT_DONE'].includes(String((thrown as { readonly code?: unknown }).code))
