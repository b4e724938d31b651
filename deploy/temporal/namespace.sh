#!/bin/sh
# Makes the namespace with its retention and the search attributes that perfloop sets, and waits until the server knows
# them: a workflow that sets an unknown one stands still. Does nothing where all is there.
# perfloop registers them too, where it may; a worker with an API key of a cloud namespace may not.
# Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RETENTION (default 30 days).
set -eu

retention="${RETENTION:-720h}"
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
fi

attributes='PerfloopTarget=Keyword PerfloopPhase=Keyword PerfloopStatus=Keyword PerfloopGpu=Keyword PerfloopRound=Int PerfloopSpeedup=Double'

listed() {
  temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE"
}

# A namespace is known to every part of the server a few seconds after it was made.
tries=0
until known="$(listed)"; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] || exit 1
  sleep 1
done
for attribute in $attributes; do
  name="${attribute%=*}"
  case "$known" in
    *"$name"*) ;;
    *) temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "${attribute#*=}" ;;
  esac
done
for attribute in $attributes; do
  tries=0
  until listed | grep -q "${attribute%=*}"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "${attribute%=*} is not registered" >&2; exit 1; }
    sleep 1
  done
done
