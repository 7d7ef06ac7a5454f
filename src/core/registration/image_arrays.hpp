// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "core/array_check.hpp"
#include "math/views.hpp"

namespace ppatch {

// The view of an array of shape (H, W) or (C, H, W); another one is refused.
ImageView image_view(const CheckedArray& array);

// Of an output: it can be written, and overlaps no input.
void expect_output(const CheckedArray& out, std::initializer_list<const CheckedArray*> inputs);

// A factor or a value that pixels become: it must be finite; name is the argument's.
void expect_finite(const char* name, double value);

}  // namespace ppatch
