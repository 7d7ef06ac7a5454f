// SPDX-License-Identifier: Apache-2.0
#include "formats/output_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/npy_bytes.hpp"
#include "cli/temporary_folder.hpp"
#include "formats/format_error.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)
using test::bytes_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

class OutputFileTest : public testing::TestWithParam<OutputFile::Temporary> {
 protected:
  void write(const std::string& name, const std::string& text, bool overwrite) {
    OutputFile file(folder_ / name, overwrite, GetParam());
    file.write(bytes_of(text));
    file.finish();
    file.publish();
  }

  TemporaryFolder folder_;
};

TEST_P(OutputFileTest, AppearsOnPublishAlone) {
  {
    OutputFile file(folder_ / "a", false, GetParam());
    file.write(bytes_of("half"));
    file.finish();
    EXPECT_FALSE(std::filesystem::exists(folder_ / "a"));
  }
  EXPECT_TRUE(folder_.empty()) << "an unpublished file left something behind";
  write("a", "whole", false);
  EXPECT_EQ(read_file(folder_ / "a"), "whole");
  EXPECT_EQ(folder_.count(), 1u);
}

TEST_P(OutputFileTest, ReplacesOnlyWhenTold) {
  write_file(folder_ / "a", "old");
  ::chmod((folder_ / "a").c_str(), 0640);
  EXPECT_THROW(write("a", "new", false), FormatError);
  EXPECT_EQ(read_file(folder_ / "a"), "old");
  write("a", "new", true);
  EXPECT_EQ(read_file(folder_ / "a"), "new");
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u) << "the old file's mode is kept";
  EXPECT_EQ(folder_.count(), 1u);
}

TEST_P(OutputFileTest, AFileThatAppearsMeanwhileIsNotReplaced) {
  OutputFile file(folder_ / "a", false, GetParam());
  file.finish();
  write_file(folder_ / "a", "theirs");
  EXPECT_THROW(file.publish(), FormatError);
  EXPECT_EQ(read_file(folder_ / "a"), "theirs");
}

TEST_P(OutputFileTest, WritesThroughALink) {
  write_file(folder_ / "real", "old");
  ASSERT_EQ(::symlink((folder_ / "real").c_str(), (folder_ / "link").c_str()), 0);
  write("link", "new", true);
  EXPECT_EQ(read_file(folder_ / "real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  ASSERT_EQ(::symlink("nowhere", (folder_ / "dangling").c_str()), 0);
  EXPECT_THROW(write("dangling", "new", true), FormatError);
}

TEST_P(OutputFileTest, SeeksAndBuffers) {
  const std::string large(3u << 20, 'l');
  OutputFile file(folder_ / "a", false, GetParam());
  file.write(bytes_of("head"));
  file.write(bytes_of(large));
  EXPECT_EQ(file.tell(), 4 + large.size());
  file.seek(1);
  file.write(bytes_of("EA"));
  file.seek(4 + large.size());
  file.write(bytes_of("tail"));
  file.finish();
  file.publish();
  EXPECT_EQ(read_file(folder_ / "a"), "hEAd" + large + "tail");
}

INSTANTIATE_TEST_SUITE_P(Temporaries, OutputFileTest,
                         testing::Values(OutputFile::Temporary::automatic,
                                         OutputFile::Temporary::named));

TEST(OutputFile, RefusesWhatCannotBeWritten) {
  const TemporaryFolder folder;
  const std::string no_file[] = {folder / "", folder / "missing/a", "/proc/a", ""};
  for (const std::string& path : no_file) {
    EXPECT_THROW(OutputFile(path, true), FormatError) << path;
  }
  std::filesystem::create_directory(folder / "d");
  EXPECT_THROW(OutputFile(folder / "d", true), FormatError);
}

TEST(OutputFile, AFullDeviceIsAnErrorOfTheWrite) {
  OutputFile file("/dev/full", false);
  file.write(bytes_of("anything"));
  file.finish();
  try {
    file.publish();
    FAIL() << "accepted";
  } catch (const FormatError& error) {
    EXPECT_NE(std::string(error.what()).find("No space left"), std::string::npos) << error.what();
  }
}

}  // namespace
