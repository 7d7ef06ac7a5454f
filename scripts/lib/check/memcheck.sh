#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Valgrind's memcheck over the programs of the fast tests, in the release build (hours; with REGEX minutes).
#
# usage: scripts/check.sh memcheck [REGEX]
#
#   REGEX  only the tests whose names it matches (ctest's regular expressions)
#
# With a tenth of the random cases. A read of memory that was never written or is not the program's, and
# a block that is lost for good, are findings; what libraries of the system do is named in
# scripts/lib/check/memcheck.suppressions. A test's own checks may fail there: valgrind has an allocator and
# signals of its own, keeps no limit on memory, and rounds halves otherwise. They are told, and are no finding.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
"$root/scripts/install-deps.sh" --dev
configure release "$one_architecture"
build_quietly release
folder=$root/build/memcheck
# What the threads of a process hold is lost to its children, which have none of them.
ends_with_threads=(capi_fork_test)
mkdir -p "$folder"
# The program of each test, its arguments and its environment: scripts and interpreters are left out, whose
# memory is not looked at, and what is about the system's allocator.
mapfile -t tests < <(ctest --test-dir "$root/build/release" -L fast -E '^malloc_failure$' ${1:+-R "$1"} \
  --show-only=json-v1 | "$python" -c 'import json, shlex, sys
for test in json.load(sys.stdin)["tests"]:
    if test.get("command", [""])[0].startswith(sys.argv[1] + "/"):
        environment = [each for one in test["properties"] if one["name"] == "ENVIRONMENT" for each in one["value"]]
        leaks = ["--leak-check=no"] if test["name"] in sys.argv[2:] else []
        print(test["name"], shlex.join(environment), "|", *leaks, *test["command"])' \
    "$root/build/release" "${ends_with_threads[@]}")
((${#tests[@]})) || die "no program of a fast test matches ${1:-.}"
failed=() own=()
for each in "${tests[@]}"; do
  name=${each%% *} command=${each#* | }
  environment=${each#* } environment=${environment%%| *}
  log=$folder/$name.log status=0
  # Valgrind has no filters of system calls.
  # shellcheck disable=SC2086
  env $environment PPATCH_SANDBOX=off PTYCHOPATCH_TEST_SCALE=0.1 nice valgrind --quiet --error-exitcode=99 \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --child-silent-after-fork=yes --suppressions="$root/scripts/lib/check/memcheck.suppressions" $command \
    > "$log" 2>&1 || status=$?
  if ((status == 99)); then
    failed+=("$name")
    grep -A 20 '^==[0-9]*== [A-Z1-9]' "$log" | head -n 60 || tail -n 20 "$log"
  elif ((status != 0)); then
    own+=("$name")
  fi
  echo "$name"
done
((${#own[@]} == 0)) || echo "their own checks fail under valgrind: ${own[*]}"
line "memcheck: programs of ${#tests[@]} with findings" "${#failed[@]}" 0 \
  "$( ((${#failed[@]})) && echo MISS || echo ok)"
((${#failed[@]} == 0)) || die "findings in ${failed[*]}; see $folder"
