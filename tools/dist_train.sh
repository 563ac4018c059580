#!/usr/bin/env bash
# Trains with several processes on this machine, one per GPU; on CPUs they talk through gloo.
# tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
set -eu
if [ $# -lt 2 ]; then
  sed -n '2,3s/^# //p' "$0"
  [ "${1:-}" = --help ] && exit 0 || exit 2
fi
config=$1 processes=$2
shift 2
exec "${PYTHON:-python}" -m mevis.apis.running.launcher --standalone --nproc-per-node "$processes" \
  "$(dirname "$0")/train.py" "$config" --launcher pytorch "$@"
