// SPDX-License-Identifier: Apache-2.0
//
// Limits of control groups, read from folders as Linux has them.
#include "formats/memory_limit.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "temporary_folder.hpp"

namespace {

namespace fs = std::filesystem;
using ptychopatch::formats::control_group_memory;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text << '\n';
}

TEST(ControlGroup, HasTheLeastLimitOfItsParents) {
  const test::TemporaryFolder folder;
  const fs::path root = folder / "groups";
  write(root / "a/memory.max", "700000000");
  write(root / "a/b/memory.max", "max");
  write(root / "a/b/c/memory.max", "900000000");
  write(root / "d/memory.max", "max");
  EXPECT_EQ(control_group_memory("0::/a/b/c\n", root.string()), 700000000u);
  EXPECT_EQ(control_group_memory("0::/a/b\n", root.string()), 700000000u);
  EXPECT_EQ(control_group_memory("0::/d\n", root.string()), std::nullopt);
  EXPECT_EQ(control_group_memory("0::/\n", root.string()), std::nullopt);
  // A container sees its own group as the root, by whatever name it knows itself.
  write(root / "memory.max", "500000000");
  EXPECT_EQ(control_group_memory("0::/\n", root.string()), 500000000u);
  EXPECT_EQ(control_group_memory("0::/not/to/be/seen\n", root.string()), 500000000u);
}

TEST(ControlGroup, OfVersionOneIsUnderItsController) {
  const test::TemporaryFolder folder;
  const fs::path root = folder / "groups";
  write(root / "memory/memory.limit_in_bytes", "9223372036854771712");
  write(root / "memory/job/memory.limit_in_bytes", "300000000");
  write(root / "cpu/job/memory.limit_in_bytes", "1");
  const std::string others = "9:name=systemd:/\n5:cpu,cpuacct:/job\n";
  EXPECT_EQ(control_group_memory(others + "4:memory:/job/step\n0::/\n", root.string()), 300000000u);
  EXPECT_EQ(control_group_memory(others + "4:hugetlb,memory:/job\n", root.string()), 300000000u);
  EXPECT_EQ(control_group_memory(others + "4:memory:/\n", root.string()), std::nullopt);
  EXPECT_EQ(control_group_memory(others, root.string()), std::nullopt);
}

TEST(ControlGroup, IsNoneWhereNothingCanBeRead) {
  for (const char* groups : {"", "\n", "0", "0:", "::", "nonsense\n4:memory\n"}) {
    EXPECT_EQ(control_group_memory(groups, "/nowhere"), std::nullopt) << groups;
  }
}

}  // namespace
