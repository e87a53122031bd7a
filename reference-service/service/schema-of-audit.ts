/** The record of what operators do. Rows are added, and never changed or removed, whoever asks. */
export const auditTable = `
      create table audit (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        actor text not null,
        action text not null,
        target text not null,
        outcome text not null);
      create function audit_is_append_only() returns trigger language plpgsql as $$
        begin
          raise exception 'audit records are never changed';
        end $$;
      create trigger audit_append_only before update or delete or truncate on audit for each statement execute function audit_is_append_only();`
