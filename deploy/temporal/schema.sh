#!/bin/sh
# Makes the server's two databases, or brings them to this release: run before every start of a server, and before the
# servers of a new release. It does nothing where there is nothing to do. A service of its own rather than the
# temporalio/auto-setup image, because a server that comes back after a crash must not change schemas, because several
# servers must not do so at once, and because only this service then needs the right to create tables.
# Environment: SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD or SQL_PASSWORD_FILE.
set -eu

if [ -n "${SQL_PASSWORD_FILE:-}" ]; then
  SQL_PASSWORD="$(cat "$SQL_PASSWORD_FILE")"
  export SQL_PASSWORD
fi
export SQL_PLUGIN=postgres12_pgx

for database in temporal temporal_visibility; do
  schema="postgresql/v12/${database#temporal_}"
  temporal-sql-tool --database "$database" create-database --defaultdb postgres
  # Makes the table of versions; a database that has one keeps its version.
  temporal-sql-tool --database "$database" setup-schema --version 0.0
  temporal-sql-tool --database "$database" update-schema --schema-name "$schema"
done
