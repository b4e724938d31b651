#!/bin/sh
# Starts the server with the config of this folder. The password comes from a file, which `docker inspect` does not show.
set -eu

if [ -n "${SQL_PASSWORD_FILE:-}" ]; then
  SQL_PASSWORD="$(cat "$SQL_PASSWORD_FILE")"
  export SQL_PASSWORD
fi
# The services find each other by this address: it has to be that of the container, not 0.0.0.0.
BIND_ON_IP="${BIND_ON_IP:-$(hostname -i | cut -d ' ' -f 1)}"
export BIND_ON_IP
# Access to the frontend is by network, or by the proxy in front of it; see docs/production.md.
exec temporal-server --root / --config "$(cd "$(dirname "$0")" && pwd)/config" --env production --allow-no-auth start
