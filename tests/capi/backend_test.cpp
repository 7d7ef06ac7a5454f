// SPDX-License-Identifier: Apache-2.0
//
// How the library looks for the module of the CUDA backend, and what it says when what it finds
// will not do. BACKEND_MODULES is a folder with one folder for each kind of module.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "capi/problem.hpp"

namespace {

struct Found {
  const char* folder;
  ppatch_status status;
  std::vector<std::string> texts;
};

// Names of tests come from the folder.
void PrintTo(const Found& found, std::ostream* out) { *out << found.folder; }

const std::string module_name = "libptychopatch_cuda.so";

class Backend : public testing::TestWithParam<Found> {
 protected:
  Backend() {
    const std::filesystem::path root = BACKEND_MODULES;
    std::filesystem::create_directories(root / "empty");
    std::filesystem::create_directories(root / "no_library");
    std::ofstream(root / "no_library" / module_name) << "not a shared library\n";
    folder_ = (root / GetParam().folder).string();
    setenv("PPATCH_BACKEND_DIR", folder_.c_str(), 1);
  }
  ~Backend() override { unsetenv("PPATCH_BACKEND_DIR"); }

  void expect_texts(const std::string& text) const {
    for (const std::string& part : GetParam().texts) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
    }
    if (GetParam().status == PPATCH_ERROR_NOT_BUILT) {
      EXPECT_NE(text.find(folder_), std::string::npos) << folder_ << " is not in: " << text;
    }
  }

  std::string folder_;
};

TEST_P(Backend, ProbeGivesTheReason) {
  std::int32_t count = 77;
  EXPECT_EQ(ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count), GetParam().status);
  EXPECT_EQ(count, 0);
  EXPECT_EQ(std::string(ppatch_last_error()).find("ppatch_backend_probe: "), 0U);
  expect_texts(ppatch_last_error());
}

TEST_P(Backend, AskedForByNameIsRefusedWithTheReason) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = PPATCH_BACKEND_CUDA;
  auto* context = reinterpret_cast<ppatch_context*>(this);
  EXPECT_EQ(ppatch_context_create(&context, &options), GetParam().status);
  EXPECT_EQ(context, nullptr);
  expect_texts(ppatch_last_error());
}

TEST_P(Backend, AutoFallsBackToTheCpuAndLogsTheReason) {
  std::string log;
  ppatch_context_options options = ptychopatch::context_options();
  options.log = [](void* user, ppatch_log_level, const char* message) {
    *static_cast<std::string*>(user) += std::string(message) + "\n";
  };
  options.log_user = &log;
  const ContextPointer context = make_context(options);
  ppatch_context_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(ppatch_context_get_info(context.get(), &info), PPATCH_OK);
  EXPECT_EQ(info.backend, PPATCH_BACKEND_CPU);
  EXPECT_NE(log.find("CPU"), std::string::npos) << log;
  expect_texts(log);
}

TEST_P(Backend, CpuIsAlwaysThere) {
  std::int32_t count = 0;
  EXPECT_EQ(ppatch_backend_probe(PPATCH_BACKEND_CPU, &count), PPATCH_OK);
  EXPECT_EQ(count, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Modules, Backend,
    testing::Values(
        Found{"empty", PPATCH_ERROR_NOT_BUILT, {module_name}},
        Found{"no_such_folder", PPATCH_ERROR_NOT_BUILT, {module_name}},
        Found{"no_library", PPATCH_ERROR_NOT_BUILT, {module_name}},
        Found{"no_symbol", PPATCH_ERROR_NOT_BUILT, {module_name, "ppatch_backend_module"}},
        Found{"other_version", PPATCH_ERROR_NOT_BUILT, {module_name, "version", "expected", "-17"}},
        Found{"null_module", PPATCH_ERROR_NOT_BUILT, {module_name, "version"}},
        Found{"no_device", PPATCH_ERROR_NO_DEVICE, {"the test has no driver"}}),
    [](const auto& tested) { return std::string(tested.param.folder); });

// Of modules for several toolkits the newest that finds a device is taken; where none does, the
// newest that can be opened says why.
class Modules : public testing::Test {
 protected:
  // What was once opened stays so under its name: a folder of its own for each.
  Modules()
      : root_(BACKEND_MODULES),
        folder_(root_ / testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    setenv("PPATCH_BACKEND_DIR", folder_.c_str(), 1);
  }
  ~Modules() override { unsetenv("PPATCH_BACKEND_DIR"); }

  void add(const std::string& kind, const std::string& name) const {
    std::filesystem::copy_file(root_ / kind / module_name, folder_ / name);
  }

  std::filesystem::path root_, folder_;
};

TEST_F(Modules, NewestWithADevice) {
  add("no_device", "libptychopatch_cuda13.so");
  add("two_devices", "libptychopatch_cuda12.so");
  std::int32_t count = 0;
  EXPECT_EQ(ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count), PPATCH_OK) << ppatch_last_error();
  EXPECT_EQ(count, 2);
}

TEST_F(Modules, OneThatCannotBeOpenedIsPassedOver) {
  std::ofstream(folder_ / "libptychopatch_cuda13.so") << "not a shared library\n";
  add("no_device", "libptychopatch_cuda12.so");
  std::int32_t count = 0;
  EXPECT_EQ(ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count), PPATCH_ERROR_NO_DEVICE);
  EXPECT_NE(std::string(ppatch_last_error()).find("the test has no driver"), std::string::npos)
      << ppatch_last_error();
}

// Without the variable the module is looked for in the folder ptychopatch beside the library.
TEST(BackendFolder, IsBesideTheLibrary) {
  unsetenv("PPATCH_BACKEND_DIR");
  std::int32_t count = 77;
  const ppatch_status status = ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count);
  if (status == PPATCH_OK) GTEST_SKIP() << "this machine has a CUDA device";
  EXPECT_EQ(count, 0);
  if (status == PPATCH_ERROR_NOT_BUILT) {
    const std::string beside = std::string(LIBRARY_FOLDER) + "/ptychopatch/libptychopatch_cuda";
    EXPECT_NE(std::string(ppatch_last_error()).find(beside), std::string::npos)
        << ppatch_last_error();
  }
}

}  // namespace
