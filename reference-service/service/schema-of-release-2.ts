import { defective } from '../defects.js'

/**
 * Release 2 expands the records by a checksum. Release 1 goes on writing beside it and knows nothing of checksums: what
 * it changes loses its own, so that none is ever out of date. The value stays where release 1 reads it; making the
 * checksum mandatory is for a release after this one, when no replica of release 1 can come back.
 */
const expand = `
  alter table records add column checksum text;
  create function forget_checksum() returns trigger language plpgsql as $$
    begin
      if new.checksum is not distinct from old.checksum then new.checksum := null; end if;
      return new;
    end $$;
  create trigger records_checksum before update on records for each row
    when (new.value is distinct from old.value) execute function forget_checksum();`

/** The defect: the table is copied and swapped, and nothing stops writes to the old one meanwhile. */
const rebuild = `
  create table records_rebuilt (like records including all);
  insert into records_rebuilt select * from records;
  select pg_sleep(1);
  drop table records;
  alter table records_rebuilt rename to records;`

export const checksums = {
  version: 1_000,
  statements: defective('upgr.migration-drops-rows') ? rebuild + expand : expand,
}
