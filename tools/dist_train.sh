#!/usr/bin/env bash
# Trains with several processes, one per GPU; on CPUs they talk through gloo.
# tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# Several machines: NNODES, NODE_RANK, MASTER_ADDR, PORT. DRY_RUN=1 prints the command.
set -eu
if [ $# -lt 2 ]; then
  sed -n '2,4s/^# //p' "$0"
  [ "${1:-}" = --help ] && exit 0 || exit 2
fi
config=$1 processes=$2
shift 2
folder=$(dirname "$0")
. "$folder/dist_launch.sh"
launch "$processes" "$folder/train.py" "$config" --launcher pytorch "$@"
