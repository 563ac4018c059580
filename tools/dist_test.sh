#!/usr/bin/env bash
# Tests with several processes on this machine; videos are dealt out by their cost.
# tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
set -eu
if [ $# -lt 3 ]; then
  sed -n '2,3s/^# //p' "$0"
  [ "${1:-}" = --help ] && exit 0 || exit 2
fi
config=$1 checkpoint=$2 processes=$3
shift 3
exec "${PYTHON:-python}" -m mevis.apis.running.launcher --standalone --nproc-per-node "$processes" \
  "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
