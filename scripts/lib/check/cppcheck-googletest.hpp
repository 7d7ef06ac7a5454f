// SPDX-License-Identifier: Apache-2.0
#pragma once

// What cppcheck takes GoogleTest's macros for.
#define TEST(suite, name) static void suite##_##name()
#define TEST_F(suite, name) static void suite##_##name(suite* self)
#define TEST_P(suite, name) static void suite##_##name(suite* self)
#define TYPED_TEST(suite, name) static void suite##_##name()
#define TYPED_TEST_SUITE(...)
#define INSTANTIATE_TEST_SUITE_P(...)
