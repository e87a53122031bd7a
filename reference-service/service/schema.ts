import { auditTable } from './schema-of-audit.js'
import { workTables } from './schema-of-work.js'
import { defective } from '../defects.js'
import type { DatabaseAccess } from './database-access.js'
import { checksums } from './schema-of-release-2.js'

/**
 * Versions of the schema, in order. A version only adds what the one before can ignore, so that replicas of two
 * releases can work side by side; what is no longer used is removed a release later.
 */
const migrations: readonly { readonly version: number; readonly statements: string }[] = [
  {
    version: 1,
    statements: `
      create table records (
        key text primary key,
        value jsonb not null,
        version bigint not null default 1,
        changed_at timestamptz not null default now());
      create table effects (key text primary key, count integer not null);
      create table sessions (
        token text primary key,
        owner text,
        steps integer not null default 0,
        opened_at timestamptz not null default now());
      create table accounts (
        id text primary key,
        name text not null,
        balance bigint not null default 0 check (balance >= 0),
        opened_at timestamptz not null default now());
      create table profiles (
        account text primary key references accounts on delete cascade,
        display_name text,
        email text,
        changed_at timestamptz not null default now());
      create table credentials (
        account text primary key references accounts on delete cascade,
        salt text not null,
        hash text not null);
      create table folders (
        id bigint generated always as identity primary key,
        account text not null references accounts on delete cascade,
        name text not null,
        changed_at timestamptz not null default now(),
        unique (account, name));
      create table items (
        id bigint generated always as identity primary key,
        folder bigint not null references folders on delete cascade,
        title text not null,
        content jsonb,
        changed_at timestamptz not null default now(),
        unique (folder, title));
      create table events (
        id bigint generated always as identity primary key,
        account text not null,
        subject text not null,
        announced_at timestamptz not null default now());
      create index events_subject on events (account, subject);
      create table settings (
        account text not null references accounts on delete cascade,
        name text not null,
        value jsonb not null,
        changed_at timestamptz not null default now(),
        primary key (account, name));
      create table members (
        "group" text not null,
        account text not null references accounts on delete cascade,
        changed_at timestamptz not null default now(),
        primary key ("group", account));
      create table transfers (
        marker text primary key,
        source text not null references accounts,
        destination text not null references accounts,
        amount bigint not null check (amount > 0),
        made_at timestamptz not null default now());
      create table leases (name text primary key, renewed_at timestamptz not null);${workTables}
      insert into accounts (id, name, balance) values
        ('operating', 'Operating account', 1000000000),
        ('reserve', 'Reserve account', 1000000000);`,
  },
  {
    version: 2,
    statements: `
      create table configurations (
        revision bigint generated always as identity primary key,
        configuration text not null,
        applied_at timestamptz not null default now());${auditTable}`,
  },
  {
    version: 3,
    statements: `
      create table imports (
        id bigint generated always as identity primary key,
        source text not null,
        state text not null,
        changed integer not null,
        present integer not null,
        rejected jsonb not null,
        at timestamptz not null default now());
      create index imports_source on imports (source, id);`,
  },
]

/** A later release has changed the schema in a way that this one cannot work with. */
export class SchemaTooNew extends Error {}

/** Any number: the replicas start together, and one of them migrates. */
const migrationLock = 7_201_001

/** Brings the schema to what a release needs. Safe to run from several replicas at once, and again at every start. */
export async function migrate(database: DatabaseAccess, recordFormat: 1 | 2): Promise<void> {
  const wanted = recordFormat === 2 ? [...migrations, checksums] : migrations
  await database.transaction(async (statements) => {
    await statements('select pg_advisory_xact_lock($1)', [migrationLock])
    await statements('create table if not exists migrations (version integer primary key, applied_at timestamptz not null default now())')
    const [row] = await statements<{ version: number }>('select coalesce(max(version), 0) as version from migrations')
    // What a later release has added is ignored, or no roll-out could be taken back.
    const applied = row?.version ?? 0
    if (defective('upgr.one-way-migration') && applied > (wanted.at(-1)?.version ?? 0)) throw new SchemaTooNew(`the schema has version ${applied}, which this release does not know`)
    for (const { version, statements: text } of wanted) {
      if (version <= (row?.version ?? 0)) continue
      await statements(text)
      await statements('insert into migrations (version) values ($1)', [version])
    }
  })
}
