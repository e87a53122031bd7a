/** Tables of the job queue and of the schedule. */
export const workTables = `
      create table jobs (
        key text primary key,
        duration_ms integer not null,
        enqueued_at timestamptz not null default now(),
        taken_by text,
        lease_until timestamptz,
        done_at timestamptz);
      create index jobs_open on jobs (enqueued_at) where done_at is null;
      create table schedule (
        name text primary key,
        holder text,
        lease_until timestamptz not null default now(),
        last_slot bigint);
      create table scheduled_work (
        id bigint generated always as identity primary key,
        slot bigint not null,
        done_by text not null,
        done_at timestamptz not null default now());
      insert into schedule (name) values ('tidying');`
