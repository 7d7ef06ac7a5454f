// SPDX-License-Identifier: Apache-2.0
//
// Every argument of every function on contexts and backends, and every member of their structs.
#include <stdlib.h>

#include "check.h"

static void *take(void *user, uint64_t bytes, uint64_t alignment) {
  (void)user;
  (void)bytes;
  (void)alignment;
  return NULL;
}

static void give_back(void *user, void *memory, uint64_t bytes) {
  (void)user;
  (void)memory;
  (void)bytes;
}

static void check_probe(void) {
  int32_t count = -7;
  CHECK_INVALID(ppatch_backend_probe(PPATCH_BACKEND_CPU, NULL), "ppatch_backend_probe",
                "device_count", "NULL");
  CHECK_INVALID(ppatch_backend_probe(77, &count), "ppatch_backend_probe", "backend", "77");
  CHECK(count == -7);
  CHECK_INVALID(ppatch_backend_probe(-1, &count), "ppatch_backend_probe", "backend", "-1");
  CHECK(count == -7);
  CHECK_OK(ppatch_backend_probe(PPATCH_BACKEND_CPU, &count));
  CHECK(count == 1);
}

/* One refused set of options: the text names the member and what it held. */
#define CHECK_CREATE(text, ...)                                                                  \
  do {                                                                                           \
    ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;                                \
    ppatch_context *context = (ppatch_context *)&failures;                                       \
    options.backend = PPATCH_BACKEND_CPU;                                                        \
    __VA_ARGS__;                                                                                 \
    CHECK_INVALID(ppatch_context_create(&context, &options), "ppatch_context_create", "options", \
                  "expected", "got", text);                                                      \
    CHECK(context == NULL);                                                                      \
  } while (0)

static void check_create(void) {
  CHECK_INVALID(ppatch_context_create(NULL, NULL), "ppatch_context_create", "context", "NULL");
  CHECK_CREATE("3", options.backend = 3);
  CHECK_CREATE("-1", options.backend = -1);
  CHECK_CREATE("device", options.device = 1);
  CHECK_CREATE("-2", options.device = -2);
  CHECK_CREATE("num_threads", options.num_threads = -3);
  CHECK_CREATE("2147483647", options.num_threads = INT32_MAX);
  CHECK_CREATE("log_level", options.log_level = 4);
  CHECK_CREATE("-5", options.log_level = -5);
  CHECK_CREATE("reserved", options.reserved = 9);
  CHECK_CREATE("allocate", options.allocate = take);
  CHECK_CREATE("deallocate", options.deallocate = give_back);
  CHECK_CREATE("struct_size", options.struct_size = 0);
  CHECK_CREATE("struct_size", options.struct_size = 3);
}

/* Room for a struct of a later version of the library. */
typedef struct longer_context_options {
  ppatch_context_options known;
  unsigned char tail[24];
} longer_context_options;

static void check_create_sizes(void) {
  ppatch_context *context = NULL;
  ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
  size_t i;

  /* Up to num_threads: what lies behind is not read. */
  ppatch_context_options shorter = PPATCH_CONTEXT_OPTIONS_INIT;
  memset(&shorter, 0xa5, sizeof shorter);
  shorter.struct_size = 16;
  shorter.backend = PPATCH_BACKEND_CPU;
  shorter.device = 0;
  shorter.num_threads = 1;
  CHECK_OK(ppatch_context_create(&context, &shorter));
  CHECK_OK(ppatch_context_get_info(context, &info));
  CHECK(info.num_threads == 1 && info.memory_budget == (uint64_t)1 << 30);
  ppatch_context_destroy(context);

  longer_context_options longer = {PPATCH_CONTEXT_OPTIONS_INIT, {0}};
  longer.known.struct_size = (uint32_t)sizeof longer;
  longer.known.backend = PPATCH_BACKEND_CPU;
  CHECK_OK(ppatch_context_create(&context, &longer.known));
  ppatch_context_destroy(context);
  for (i = 0; i < sizeof longer.tail; ++i) {
    longer.tail[i] = 1;
    CHECK_INVALID(ppatch_context_create(&context, &longer.known), "ppatch_context_create",
                  "struct_size", "112", "88");
    CHECK(context == NULL);
    longer.tail[i] = 0;
  }

  CHECK_OK(ppatch_context_create(&context, NULL));
  ppatch_context_destroy(context);
}

typedef struct longer_context_info {
  ppatch_context_info known;
  unsigned char tail[24];
} longer_context_info;

static void check_info(ppatch_context *context) {
  ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
  longer_context_info longer;
  unsigned char untouched[sizeof info];
  size_t i;
  CHECK_OK(ppatch_context_get_info(context, &info));
  CHECK(info.struct_size == sizeof info);
  CHECK(info.backend == PPATCH_BACKEND_CPU && info.device == 0 && info.num_threads == 2);
  CHECK(strcmp(info.device_name, "CPU") == 0 && strlen(info.simd) > 0);

  CHECK_INVALID(ppatch_context_get_info(context, NULL), "ppatch_context_get_info", "info", "NULL");
  memset(&info, 0x5a, sizeof info);
  info.struct_size = 0;
  memcpy(untouched, &info, sizeof info);
  CHECK_INVALID(ppatch_context_get_info(context, &info), "ppatch_context_get_info", "struct_size",
                "expected", "got 0");
  CHECK(same_bytes(untouched, &info, sizeof info));
  info.struct_size = sizeof info;
  memcpy(untouched, &info, sizeof info);
  CHECK_INVALID(ppatch_context_get_info(NULL, &info), "ppatch_context_get_info", "context", "NULL");
  CHECK(same_bytes(untouched, &info, sizeof info));

  /* A program built for an earlier struct: no byte beyond its own is written. */
  memset(&info, 0x5a, sizeof info);
  info.struct_size = 16;
  CHECK_OK(ppatch_context_get_info(context, &info));
  CHECK(info.num_threads == 2 && info.struct_size == 16);
  for (i = 16; i < sizeof info; ++i) CHECK(((unsigned char *)&info)[i] == 0x5a);

  /* And one built for a later struct. */
  memset(&longer, 0, sizeof longer);
  longer.known.struct_size = (uint32_t)sizeof longer;
  CHECK_OK(ppatch_context_get_info(context, &longer.known));
  CHECK(longer.known.num_threads == 2);
  for (i = 0; i < sizeof longer.tail; ++i) CHECK(longer.tail[i] == 0);
}

static void check_simd_variable(void) {
  ppatch_context *context = (ppatch_context *)&failures;
  ppatch_context_options options = PPATCH_CONTEXT_OPTIONS_INIT;
  options.backend = PPATCH_BACKEND_CPU;
  setenv("PPATCH_SIMD", "mmx", 1);
  CHECK_INVALID(ppatch_context_create(&context, &options), "ppatch_context_create", "PPATCH_SIMD",
                "mmx");
  CHECK(context == NULL);
  unsetenv("PPATCH_SIMD");
}

int main(void) {
  ppatch_context *context;
  check_probe();
  check_create();
  check_create_sizes();
  check_simd_variable();
  context = make_cpu_context();
  check_info(context);
  CHECK_INVALID(ppatch_context_synchronize(NULL), "ppatch_context_synchronize", "context", "NULL");
  CHECK_OK(ppatch_context_synchronize(context));
  ppatch_context_destroy(context);
  ppatch_context_destroy(NULL);
  return report("context_errors_test");
}
