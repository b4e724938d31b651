#!/bin/sh
# Makes what is still missing of the secrets of docker-compose.yml, in deploy/secrets/, which git ignores.
# Files rather than variables: `docker inspect` and the logs of a failed start show variables.
set -eu
umask 077
folder="$(cd "$(dirname "$0")" && pwd)/secrets"
mkdir -p "$folder"

random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# The folder is closed to others, and the files are open: a container reads them as a user of its own, whom the host does not know.
write() {
  [ -e "$folder/$1" ] || { printf '%s' "$2" > "$folder/$1.new"; chmod 644 "$folder/$1.new"; mv "$folder/$1.new" "$folder/$1"; }
}

write postgres_password "$(random)"
write grafana_password "$(random)"
# As the S3 client reads it; the store reads the same file.
write s3_credentials "[default]
aws_access_key_id = perfloop
aws_secret_access_key = $(random)
"
echo "$folder: $(ls "$folder" | tr '\n' ' ')"
