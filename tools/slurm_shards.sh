#!/usr/bin/env bash
# Divides a command among the jobs of a Slurm array; a last job completes and merges.
# tools/slurm_shards.sh [--dry-run] SHARDS [options of sbatch] -- COMMAND that takes --shard
# A job that is preempted or whose node fails is queued again and continues.
set -eu
usage() {
  sed -n '2,4s/^# //p' "$0"
  exit "$1"
}
[ "${1:-}" = --help ] && usage 0
dry=
if [ "${1:-}" = --dry-run ]; then
  dry=1
  shift
fi
shards=${1:-}
[[ $shards =~ ^[1-9][0-9]{0,3}$ ]] || usage 2
shift
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  options+=("$1")
  shift
done
[ $# -gt 1 ] || usage 2
shift
command=$(printf '%q ' "$@")
# --cfg-options takes all words that follow, so --shard comes before it.
part=()
placed=
for word in "$@"; do
  if [ "$word" = --cfg-options ] && [ -z "$placed" ]; then
    part+=(--shard SHARD)
    placed=1
  fi
  part+=("$word")
done
[ -n "$placed" ] || part+=(--shard SHARD)
shard=$(printf '%q ' "${part[@]}")
shard=${shard/--shard SHARD/--shard \"\$SLURM_ARRAY_TASK_ID/$shards\"}
each=(sbatch --parsable --array="1-$shards" --requeue --open-mode=append
  ${options[@]+"${options[@]}"} --wrap "exec $shard")
merge=(sbatch --parsable --requeue --open-mode=append --kill-on-invalid-dep=yes)
last=(${options[@]+"${options[@]}"} --wrap "exec $command")
if [ -n "$dry" ]; then
  printf '%q ' "${each[@]}"
  echo
  printf '%q ' "${merge[@]}" --dependency=afterok:ARRAY_JOB "${last[@]}"
  echo
  exit 0
fi
array=$("${each[@]}")
array=${array%%;*} # on a federation, ";cluster" follows the number
final=$("${merge[@]}" --dependency="afterok:$array" "${last[@]}")
echo "array $array (shards 1 to $shards), then job ${final%%;*}, which merges"
