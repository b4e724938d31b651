#!/bin/sh
# Judges what is checked out against the branch that it goes to, in any CI. Flags are passed on to `perfloop judge`:
#
#   sh judge.sh --setup 'npm ci' --benchmark 'node bench.js' --test 'npm test' --min-gain 0.05 --budget 20m
#
# Writes judge.json and judge.md (the text of a comment; its first line is a marker by which to find an earlier one).
# Ends with 0 where it is faster or a person has to look, 1 where it is not faster, else with the exit code of perfloop.
#
#   TARGET_BRANCH   the branch that it goes to (default: main)
#   RESULTS         the folder to write to (default: perfloop-results)
#   PERFLOOP        how perfloop is called (default: npx perfloop)
set -eu
branch=${TARGET_BRANCH:-main}
results=${RESULTS:-perfloop-results}

# A CI checkout often has one commit; to find where the branches parted needs history.
git fetch --quiet --unshallow origin "$branch" 2>/dev/null || git fetch --quiet origin "$branch"
base=$(git merge-base FETCH_HEAD HEAD)

code=0
${PERFLOOP:-npx perfloop} judge --base "$base" --candidate HEAD --json-file "$results/judge.json" --markdown-file "$results/judge.md" "$@" || code=$?
case $code in
  0) echo "result: faster" ;;
  3) echo "result: not faster"; exit 1 ;;
  4) echo "result: undecided, see $results/judge.md" ;;
  5) echo "result: a person has to look, see $results/judge.md" ;;
  *) echo "result: no verdict"; exit "$code" ;;
esac
