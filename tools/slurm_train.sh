#!/usr/bin/env bash
# Trains on several machines under Slurm: one torchrun per machine, one process per GPU.
# tools/slurm_train.sh [--dry-run] NODES GPUS [options of sbatch] -- CONFIG --work-dir DIR [options]
# A job that is preempted or whose node fails is queued again and resumes from its checkpoint.
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
nodes=${1:-} gpus=${2:-}
[[ $nodes =~ ^[1-9][0-9]{0,3}$ && $gpus =~ ^[1-9][0-9]?$ ]] || usage 2
shift 2
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  options+=("$1")
  shift
done
[ $# -gt 1 ] || usage 2
shift
case " $* " in *' --work-dir '*) ;; *)
  echo 'error: name a --work-dir on a disk that all machines see; a job resumes from it.' >&2
  exit 2
  ;;
esac
config=$1
shift
# Every machine of the job runs this; --resume starts from the beginning where nothing is there.
inner=$(printf '%q ' "$(dirname "$0")/dist_train.sh" "$config" "$gpus" --resume "$@")
each="NNODES=$nodes NODE_RANK=\$SLURM_NODEID MASTER_ADDR=\$MASTER_ADDR $inner"
wrap="export MASTER_ADDR=\$(scontrol show hostnames \"\$SLURM_JOB_NODELIST\" | head -n 1)
exec srun --kill-on-bad-exit=1 bash -c $(printf '%q' "$each")"
job=(sbatch --nodes="$nodes" --ntasks-per-node=1 --gpus-per-node="$gpus" --requeue
  --open-mode=append ${options[@]+"${options[@]}"} --wrap "$wrap")
if [ -n "$dry" ]; then
  printf '%q ' "${job[@]}"
  echo
  exit 0
fi
exec "${job[@]}"
