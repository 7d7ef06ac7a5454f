// SPDX-License-Identifier: Apache-2.0
#include "selftest/known_answers.hpp"

#include "selftest/answer.hpp"

namespace ptychopatch::app {

std::vector<KnownAnswer> known_answers(const Context& context) {
  std::vector<KnownAnswer> answers;
  add_patches(context, answers);
  add_groups(context, answers);
  add_registration(context, answers);
  return answers;
}

}  // namespace ptychopatch::app
