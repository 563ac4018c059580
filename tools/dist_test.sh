#!/usr/bin/env bash
# Tests with several processes; videos are dealt out by their cost.
# tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# Several machines: NNODES, NODE_RANK, MASTER_ADDR, PORT. DRY_RUN=1 prints the command.
set -eu
if [ $# -lt 3 ]; then
  sed -n '2,4s/^# //p' "$0"
  [ "${1:-}" = --help ] && exit 0 || exit 2
fi
config=$1 checkpoint=$2 processes=$3
shift 3
folder=$(dirname "$0")
. "$folder/dist_launch.sh"
launch "$processes" "$folder/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
