// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.hpp"

using ppatch::guarded;
using ppatch::required;

ppatch_status ppatch_context_create(ppatch_context** context,
                                    const ppatch_context_options* options) {
  return guarded(__func__, [&] {
    required("context", context) = nullptr;
    const auto read = ppatch::read_options("options", options);
    *context = new ppatch_context{std::make_shared<ppatch::Context>(read)};
  });
}

void ppatch_context_destroy(ppatch_context* context) { delete context; }

ppatch_status ppatch_context_synchronize(ppatch_context* context) {
  return guarded(__func__, [&] { required("context", context).shared->synchronize(); });
}

ppatch_status ppatch_context_get_info(const ppatch_context* context, ppatch_context_info* info) {
  return guarded(__func__, [&] { ppatch::tell(*required("context", context).shared, info); });
}
