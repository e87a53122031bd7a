#!/bin/sh
# inspect.sh counters|holds|pause|resume HOST PORT [KEYS]: what operators ask one server of, past Pgpool-II.
set -eu
for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null); do PATH=$bin:$PATH; done
ask() { PGCONNECT_TIMEOUT=2 PGOPTIONS='-c statement_timeout=4s' psql -XAtq -v ON_ERROR_STOP=1 -v keys="${keys:-}" -h "$host" -p "$port" -U postgres postgres; }
what=$1 host=$2 port=$3 keys=${4:-}
until_replay() {
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(echo 'SELECT pg_get_wal_replay_pause_state()' | ask)" != "$1" ] || return 0
    sleep 0.1
  done
  echo "replay is not $1 after two seconds" >&2
  return 1
}
case $what in
counters) ask <<'END'
SELECT json_build_object('reads', coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0), 'writes', coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0),
  'refused', (SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database())) FROM pg_stat_user_tables
END
  ;;
holds) echo "SELECT coalesce(json_agg(key), '[]') FROM seaworthy_keys WHERE key = ANY (string_to_array(:'keys', ','))" | ask ;;
pause) echo 'SELECT pg_wal_replay_pause()' | ask && until_replay paused ;;
resume) echo 'SELECT pg_wal_replay_resume()' | ask && until_replay 'not paused' ;;
*) echo "inspect.sh: found $what, expected counters, holds, pause or resume" >&2; exit 64 ;;
esac
