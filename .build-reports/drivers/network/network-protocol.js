/** Names an edge in a map. */
export const edgeKey = (edge) => JSON.stringify([edge.from, edge.to]);
