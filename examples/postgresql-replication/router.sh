#!/bin/sh
# router.sh DATA HOST PORT PRIMARY_HOST PRIMARY_PORT STANDBY_HOST STANDBY_PORT [name=value ...]: becomes Pgpool-II in front of both.
set -eu
data=$1 host=$2 port=$3
mkdir -p "$data/pgpool/pcp"
chmod 711 "$data"
cat > "$data/pgpool/pgpool.conf" <<END
backend_clustering_mode = 'streaming_replication'
listen_addresses = '$host'
port = $port
socket_dir = '$data/pgpool'
pcp_listen_addresses = ''
pcp_socket_dir = '$data/pgpool/pcp'
pid_file_name = '$data/pgpool/pgpool.pid'
logdir = '$data/pgpool'
backend_hostname0 = '$4'
backend_port0 = $5
backend_weight0 = 0
backend_flag0 = 'ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER'
backend_hostname1 = '$6'
backend_port1 = $7
backend_weight1 = 1
backend_application_name1 = 'standby'
connection_cache = off
num_init_children = 24
max_pool = 1
enable_shared_relcache = off
sr_check_period = 1
sr_check_user = 'postgres'
health_check_period = 1
health_check_timeout = 10
health_check_user = 'postgres'
auto_failback = on
auto_failback_interval = 1
END
shift 7
for setting in "$@"; do printf '%s\n' "$setting" >> "$data/pgpool/pgpool.conf"; done
: > "$data/pgpool/pool_passwd"
: > "$data/pgpool/pcp.conf"
set -- pgpool -n -f "$data/pgpool/pgpool.conf" -F "$data/pgpool/pcp.conf"
# In a namespace of its own, where that may be made: the shared memory and the semaphores of a killed Pgpool-II go with its last process.
if [ "$(id -u)" = 0 ]; then
  chown -R nobody "$data/pgpool"
  alone='unshare --ipc'
  set -- setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
else
  alone='unshare --map-current-user --ipc'
fi
$alone true 2>/dev/null || alone=
exec $alone "$@"
