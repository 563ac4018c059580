# Read by dist_train.sh and dist_test.sh: torchrun on this machine or, with NNODES, on several.
# Each machine runs the same command with its NODE_RANK (0 is the first) and the first one's
# MASTER_ADDR; PORT is 29500 if it is not set.  DRY_RUN=1 prints the command.
launch() { # launch PROCESSES SCRIPT [arguments]
  local processes=$1
  shift
  local where=(--standalone)
  if [ "${NNODES:-1}" != 1 ]; then
    if [ -z "${NODE_RANK:-}" ] || [ -z "${MASTER_ADDR:-}" ]; then
      echo "error: NNODES=$NNODES needs NODE_RANK (0 to $((NNODES - 1))) and MASTER_ADDR (the" \
        "machine of rank 0). See docs/guides/many_machines.md." >&2
      exit 2
    fi
    where=(--nnodes "$NNODES" --node-rank "$NODE_RANK" --master-addr "$MASTER_ADDR"
      --master-port "${PORT:-29500}")
  fi
  set -- "${PYTHON:-python}" -m mevis.apis.running.launcher "${where[@]}" \
    --nproc-per-node "$processes" "$@"
  if [ -n "${DRY_RUN:-}" ]; then
    printf '%q ' "$@"
    echo
    exit 0
  fi
  exec "$@"
}
