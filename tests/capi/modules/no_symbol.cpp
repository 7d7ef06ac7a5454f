// SPDX-License-Identifier: Apache-2.0
//
// A shared library that is no backend.
extern "C" int ppatch_something_else() { return 1; }
