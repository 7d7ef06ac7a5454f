// SPDX-License-Identifier: Apache-2.0
//
// A backend that cannot say what it is.
extern "C" const void* ppatch_backend_module() { return nullptr; }
