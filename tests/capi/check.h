// SPDX-License-Identifier: Apache-2.0
//
// What a C program needs to test the C API: checks that count failures, and a check of a failing
// call that looks at the status and at the text.
#ifndef PTYCHOPATCH_TESTS_CAPI_CHECK_H_
#define PTYCHOPATCH_TESTS_CAPI_CHECK_H_

#include <stdio.h>
#include <string.h>

#include "ptychopatch/ptychopatch.h"

static int failures;

/* Bytes, not numbers: memory that a failing call must leave as it was. */
static inline int same_bytes(const void *a, const void *b, size_t size) {
  return memcmp(a, b, size) == 0;
}

static inline void check_true(int line, int holds, const char *what) {
  if (holds) return;
  ++failures;
  fprintf(stderr, "line %d: %s does not hold\n", line, what);
}

static inline void check_ok(int line, ppatch_status status, const char *call) {
  if (status == PPATCH_OK) return;
  ++failures;
  fprintf(stderr, "line %d: %s: %s: %s\n", line, call, ppatch_status_string(status),
          ppatch_last_error());
}

/* texts: what the error text must hold, NULL at the end. */
static inline void check_error(int line, ppatch_status status, ppatch_status wanted,
                               const char *call, const char *const *texts) {
  const char *got = ppatch_last_error();
  if (status != wanted) {
    ++failures;
    fprintf(stderr, "line %d: %s: expected \"%s\", got \"%s\" (%s)\n", line, call,
            ppatch_status_string(wanted), ppatch_status_string(status), got);
    return;
  }
  for (; *texts; ++texts) {
    if (strstr(got, *texts)) continue;
    ++failures;
    fprintf(stderr, "line %d: %s: \"%s\" is not in the text \"%s\"\n", line, call, *texts, got);
  }
}

/* Puts a text of another function into ppatch_last_error(), so that a call that sets none is seen.
 */
static inline void forget_last_error(void) { (void)ppatch_backend_probe(PPATCH_BACKEND_CPU, NULL); }

#define CHECK(condition) check_true(__LINE__, (condition) ? 1 : 0, #condition)
#define CHECK_OK(call) check_ok(__LINE__, (call), #call)
#define CHECK_INVALID(call, ...)                                                 \
  do {                                                                           \
    const char *const texts_[] = {__VA_ARGS__, NULL};                            \
    forget_last_error();                                                         \
    check_error(__LINE__, (call), PPATCH_ERROR_INVALID_ARGUMENT, #call, texts_); \
  } while (0)

static inline int report(const char *name) {
  if (failures) fprintf(stderr, "%s: %d checks failed\n", name, failures);
  return failures ? 1 : 0;
}

static inline ppatch_context *make_cpu_context(void) {
  ppatch_context *context = NULL;
  ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = 2;
  CHECK_OK(ppatch_context_create(&context, &options));
  return context;
}

#endif
