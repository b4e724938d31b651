#!/bin/sh
# Starts the S3-compatible store with the keys of the file that its clients read, and with the bucket `perfloop`.
# Environment: AWS_SHARED_CREDENTIALS_FILE, DATA (a folder that is kept), PORT (HOST:PORT).
set -eu

value() {
  sed -n "s/^$1 = //p" "$AWS_SHARED_CREDENTIALS_FILE"
}
ROOT_ACCESS_KEY="$(value aws_access_key_id)"
ROOT_SECRET_KEY="$(value aws_secret_access_key)"
[ -n "$ROOT_ACCESS_KEY" ] && [ -n "$ROOT_SECRET_KEY" ] || { echo "no keys in $AWS_SHARED_CREDENTIALS_FILE" >&2; exit 1; }
export ROOT_ACCESS_KEY ROOT_SECRET_KEY

# A bucket is a folder, and an object a file in it: a backup is a copy of files. What else is known of an object lies beside
# them, since not every file system keeps attributes.
mkdir -p "$DATA/buckets/perfloop" "$DATA/attributes"
exec versitygw --port "${PORT:-:7070}" --health /healthz --quiet posix --sidecar "$DATA/attributes" "$DATA/buckets"
