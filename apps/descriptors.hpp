// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ptychopatch::app {

// Takes the places of standard input, output and error where they are closed, so that no file of
// ours gets one of them; reading and writing there fails as it did. Then makes sure that there is
// room for as many open files as commands need. std::runtime_error, a sentence, where there is not.
void prepare_descriptors();

}  // namespace ptychopatch::app
