/** What a backup holds, in the order in which it can be put back. Sessions and leases are of the moment and stay out. */
export const tables = [
  { name: 'accounts', key: ['id'] },
  { name: 'credentials', key: ['account'] },
  { name: 'profiles', key: ['account'] },
  { name: 'folders', key: ['id'] },
  { name: 'items', key: ['id'] },
  { name: 'settings', key: ['account', 'name'] },
  { name: 'members', key: ['"group"', 'account'] },
  { name: 'records', key: ['key'] },
  { name: 'effects', key: ['key'] },
  { name: 'transfers', key: ['marker'] },
] as const

export type TableName = (typeof tables)[number]['name']
export const isTableName = (name: string): name is TableName => tables.some((one) => one.name === name)
