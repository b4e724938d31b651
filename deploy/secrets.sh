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
if [ ! -e "$folder/s3_credentials" ] || [ ! -e "$folder/s3_identities.json" ]; then
  # One pair of keys, as the store and as the S3 client read it.
  rm -f "$folder/s3_credentials" "$folder/s3_identities.json"
  key="perfloop-$(random | cut -c 1-12)"
  secret="$(random)"
  write s3_identities.json "{\"identities\":[{\"name\":\"perfloop\",\"credentials\":[{\"accessKey\":\"$key\",\"secretKey\":\"$secret\"}],\"actions\":[\"Admin\",\"Read\",\"Write\",\"List\",\"Tagging\"]}]}"
  write s3_credentials "[default]
aws_access_key_id = $key
aws_secret_access_key = $secret
"
fi
echo "$folder: $(ls "$folder" | tr '\n' ' ')"
