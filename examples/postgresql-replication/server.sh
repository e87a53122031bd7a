#!/bin/sh
# server.sh primary DATA HOST PORT [-c name=value ...]
# server.sh standby DATA HOST PORT PRIMARY_HOST PRIMARY_PORT [-c name=value ...]
# The first start makes the cluster: the standby copies the primary, whichever of the two comes first. Then this becomes the server.
set -eu
role=$1 data=$2 host=$3 port=$4
shift 4
for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null); do PATH=$PATH:$bin; done
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
cluster=$data/cluster
if [ "$role" = standby ]; then
  from="host=$1 port=$2 user=postgres"
  shift 2
fi
if [ ! -f "$cluster/complete" ]; then
  chmod 711 "$data"
  while :; do
    rm -rf "$cluster"
    mkdir -p -m 700 "$cluster"
    [ "$(id -u)" != 0 ] || chown nobody "$cluster"
    [ "$role" = standby ] || break
    ! as_owner pg_basebackup --dbname="$from" --pgdata="$cluster" --checkpoint=fast --no-sync 2>/dev/null || break
    sleep 0.2
  done
  if [ "$role" = standby ]; then
    as_owner touch "$cluster/standby.signal"
  else
    as_owner initdb --pgdata="$cluster" --username=postgres --auth=trust --no-sync >/dev/null
    printf 'CREATE TABLE seaworthy_keys (key text PRIMARY KEY, value text NOT NULL);\n' | as_owner postgres --single -D "$cluster" postgres >/dev/null
  fi
  as_owner touch "$cluster/complete"
fi
rm -f "$cluster/postmaster.pid" # of a process that was killed; nobody else has this folder
[ "$role" = primary ] || set -- -c "primary_conninfo=$from application_name=standby" -c wal_retrieve_retry_interval=200ms -c wal_receiver_timeout=2s "$@"
# A killed server must leave nothing in /dev/shm, and a standby that was away must find what it missed.
set -- -D "$cluster" -h "$host" -p "$port" -k '' -c shared_buffers=16MB -c dynamic_shared_memory_type=mmap -c wal_compression=on -c wal_keep_size=128MB -c wal_sender_timeout=3s "$@"
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=nobody --regid=nogroup --clear-groups postgres "$@"; fi
exec postgres "$@"
