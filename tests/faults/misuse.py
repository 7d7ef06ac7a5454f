# SPDX-License-Identifier: Apache-2.0
"""The C API as it should not be used: programs of the tests, again and again with other seeds."""
import os
import time

import campaign

# Those that hold a case of misuse, by their folder of the build.
PROGRAMS = {
    "threads, contexts and callbacks that throw": "tests/faults/misuse_test",
    "an allocator that fails at the n-th call": "tests/faults/malloc_failure",
    "operator new that fails at the n-th call": "tests/capi/capi_allocation_failure_test",
    "the same in registration": "tests/registration/registration_allocation_failure_test",
    "fork beside busy threads": "tests/capi/capi_fork_test",
    "dlclose with threads": "tests/capi/capi_unload_test",
    "floating-point environments": "tests/capi/capi_float_environment_test",
    "cancels": "tests/capi/capi_callbacks_test",
    "contexts shared by threads": "tests/capi/capi_concurrency_test",
}
# Sanitizers bring an allocator of their own.
NOT_SANITIZED = "an allocator that fails at the n-th call"


def run(of, seconds, cases=None):
    """Each program once, then in turn until the time is over."""
    ends = time.monotonic() + seconds
    programs = {name: of.programs / path for name, path in PROGRAMS.items()}
    if of.scale != 1:
        del programs[NOT_SANITIZED]
    counts = {name: [0, 0] for name in programs}
    seed, turn = of.seed, 0
    while turn == 0 or (time.monotonic() < ends and (cases is None or turn < cases)):
        for name, program in programs.items():
            if turn and time.monotonic() > ends:
                break
            seed = (seed + 1) % 2**32
            environment = {**os.environ, "PTYCHOPATCH_TEST_SEED": str(seed)}
            ended = campaign.run([program, "--gtest_brief=1"], of.work, env=environment, patience=3600)
            counts[name][0] += 1
            if ended.status != 0:
                counts[name][1] += 1
                text = (ended.out + ended.err).decode(errors="replace")[-4000:]
                of.finding("misuse", f"exit status {ended.status}\n{text}",
                           arguments=[f"PTYCHOPATCH_TEST_SEED={seed}", str(program)])
        turn += 1
    for name, (done, faults) in counts.items():
        of.count(name, faults, done)
    of.executions += sum(done for done, _ in counts.values())
