// SPDX-License-Identifier: Apache-2.0
//
// Names of the statuses and the thread's own last error.
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "ptychopatch/ptychopatch.hpp"

namespace {

TEST(Status, HasOneNameEach) {
  std::set<std::string> names;
  for (ppatch_status status = PPATCH_OK; status <= PPATCH_ERROR_INTERNAL; ++status) {
    const char* name = ppatch_status_string(status);
    ASSERT_NE(name, nullptr);
    EXPECT_GT(std::strlen(name), 0U);
    EXPECT_TRUE(names.insert(name).second) << name << " names two statuses";
  }
  EXPECT_STREQ(ppatch_status_string(PPATCH_ERROR_INVALID_ARGUMENT), "invalid argument");
}

TEST(Status, UnknownValuesHaveAName) {
  for (const ppatch_status status : {-1, PPATCH_ERROR_INTERNAL + 1, INT32_MAX, INT32_MIN}) {
    const char* name = ppatch_status_string(status);
    ASSERT_NE(name, nullptr);
    EXPECT_NE(std::string(name).find("unknown"), std::string::npos) << name;
  }
}

TEST(LastError, IsOfTheThread) {
  ASSERT_EQ(ppatch_context_synchronize(nullptr), PPATCH_ERROR_INVALID_ARGUMENT);
  const std::string mine = ppatch_last_error();
  ASSERT_NE(mine.find("ppatch_context_synchronize"), std::string::npos);
  std::string fresh = "not read";
  std::string other;
  std::thread([&] {
    fresh = ppatch_last_error();
    ppatch_backend_probe(PPATCH_BACKEND_CPU, nullptr);
    other = ppatch_last_error();
  }).join();
  EXPECT_EQ(fresh, "");
  EXPECT_NE(other.find("ppatch_backend_probe"), std::string::npos) << other;
  EXPECT_EQ(ppatch_last_error(), mine);
}

TEST(LastError, OutlivesCallsThatSucceed) {
  ASSERT_EQ(ppatch_context_synchronize(nullptr), PPATCH_ERROR_INVALID_ARGUMENT);
  const std::string before = ppatch_last_error();
  std::int32_t count = 0;
  ASSERT_EQ(ppatch_backend_probe(PPATCH_BACKEND_CPU, &count), PPATCH_OK);
  EXPECT_EQ(ppatch_last_error(), before);
}

TEST(LastError, IsCutAtTheDocumentedLength) {
  const std::string name(3000, 'x');
  ASSERT_EQ(setenv("PPATCH_SIMD", name.c_str(), 1), 0);
  ppatch_context* context = nullptr;
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = PPATCH_BACKEND_CPU;
  EXPECT_EQ(ppatch_context_create(&context, &options), PPATCH_ERROR_INVALID_ARGUMENT);
  unsetenv("PPATCH_SIMD");
  EXPECT_LE(std::strlen(ppatch_last_error()), 1023U);
  EXPECT_NE(std::string(ppatch_last_error()).find("PPATCH_SIMD"), std::string::npos);
}

// A program's own C++ locale changes no text.
TEST(LastError, IgnoresTheGlobalLocale) {
  struct Grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '\''; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Grouped));
  ppatch_context* context = nullptr;
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = 123456;
  EXPECT_EQ(ppatch_context_create(&context, &options), PPATCH_ERROR_INVALID_ARGUMENT);
  std::locale::global(before);
  EXPECT_NE(std::string(ppatch_last_error()).find("123456"), std::string::npos)
      << ppatch_last_error();
}

TEST(CppHeader, ThrowsTheStatusAndTheText) {
  ppatch_context_options options = ptychopatch::context_options();
  options.num_threads = -1;
  try {
    const ptychopatch::Context context(options);
    FAIL() << "no exception";
  } catch (const ptychopatch::Error& error) {
    EXPECT_EQ(error.status(), PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(error.what()).find("num_threads"), std::string::npos) << error.what();
  }
}

}  // namespace
