#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Kills, full disks, limits, hostile names, mutated files, misuse of the C API: counts (an hour; --minutes).
#
# usage: scripts/check.sh faults [--minutes M] [--seed N] [--cases N] [--part P ...] [--asan]
#                                [--executions N]
#
#   --part P        one of these, in place of all of them:
#     files   mutated files of every format through `info`, `extract` and `align`
#     kills   runs that are killed at any moment and made again, with --resume where there is that
#     disks   limits on a file's size, and disks that are full at any byte
#     limits  control groups, address space, open files
#     names   hostile names, and things that are no files, as every input and output
#     misuse  threads, fork, dlclose, callbacks that throw, floating-point environments, an allocator
#             that fails at the n-th call inside every public function
#   --minutes M     for all parts together (60)
#   --cases N       at most so many of each part
#   --seed N        the cases of that seed; else others in each run
#   --asan          the build with the address and undefined behaviour sanitizers, which is slower
#   --executions N  then the fuzzers (scripts/check.sh fuzz), until there are so many executions in all: a
#                   night's run is --executions 1000000000
#
# Each run has to end by itself, with exit status 0 or a sentence, no signal and no report of a
# sanitizer, and may leave nothing half written. The files of one that does not lie in build/faults/found.
# Scans and photographs in PTYCHOPATCH_TEST_DATA (default: ../shared/data beside the tree) are mutated, too.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

preset=release scale=1 executions=0 arguments=()
while (($#)); do
  case $1 in
    --minutes | --seed | --cases | --part) arguments+=("$1" "${2:?$1 needs a value}"); shift ;;
    --executions) executions=${2:?--executions needs a number}; shift ;;
    --asan) preset=asan-ubsan scale=4 ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $1; see --help" ;;
  esac
  shift
done
"$root/scripts/install-deps.sh"
if [[ $preset == release ]]; then configure release "$one_architecture"; else configure "$preset"; fi
build_quietly "$preset" ptychopatch_command misuse_test capi_allocation_failure_test capi_fork_test \
  registration_allocation_failure_test capi_unload_test capi_float_environment_test \
  capi_callbacks_test capi_concurrency_test
[[ $preset != release ]] || build_quietly release malloc_failure

folder=$root/build/faults
mkdir -p "$folder"
failed=0
"$python" -B "$root/tests/faults" --command "$root/build/$preset/apps/ptychopatch" \
  --programs "$root/build/$preset" --work "$folder" --scale "$scale" \
  --data "${PTYCHOPATCH_TEST_DATA:-$root/../shared/data}" "${arguments[@]}" | tee "$folder/log" || failed=1
done_so_far=$(sed -n 's/^executions: //p' "$folder/log")
if ((executions > ${done_so_far:-0})); then
  "$root/scripts/check.sh" fuzz --executions "$((executions - done_so_far))" || failed=1
fi
((failed == 0)) || die "faults were found; their files are in $folder/found"
