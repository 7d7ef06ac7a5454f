// SPDX-License-Identifier: Apache-2.0
#include "cuda/runtime/device_call.hpp"

namespace ppatch {

void DeviceCall::finish() {
  for (const Output& output : outputs_) {
    memory_.staging.download(output.from, output.to, stream_);
  }
  outputs_.clear();
}

}  // namespace ppatch
