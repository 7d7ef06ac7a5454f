// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "cli/temporary_folder.hpp"
#include "formats/format_error.hpp"
#include "formats/hdf5_file.hpp"
#include "formats/hdf5_writer.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::formats {
namespace {

std::vector<pid_t> children() {
  const std::string task = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  std::ifstream list(task);
  std::vector<pid_t> found;
  for (pid_t child = 0; list >> child;) found.push_back(child);
  return found;
}

class Hdf5ProcessTest : public ::testing::Test {
 protected:
  Hdf5ProcessTest() : path_(folder_ / "a.h5") {
    Tensor tensor = Tensor::make(PPATCH_F64, {2, 3}, "test");
    for (int i = 0; i < 6; ++i) tensor.as<double>()[i] = i;
    Hdf5Writer writer;
    writer.add("values", tensor);
    OutputFile file(path_, true);
    writer.write(file, false);
    file.finish();
    file.publish();
  }

  test::TemporaryFolder folder_;
  std::string path_;
};

TEST_F(Hdf5ProcessTest, ItsDeathCostsItsFilesOnly) {
  const Hdf5File first(path_);
  ASSERT_EQ(first.keys(), std::vector<std::string>{"values"});
  const std::vector<pid_t> running = children();
  ASSERT_EQ(running.size(), 1u);
  ::kill(running[0], SIGKILL);
  for (int again = 0; again < 2; ++again) {
    try {
      first.read("values");
      FAIL() << "the one who reads is dead";
    } catch (const FormatError& error) {
      EXPECT_NE(std::string(error.what()).find(formats::quoted(path_) + " is damaged"),
                std::string::npos)
          << error.what();
    }
  }
  const Hdf5File second(path_), third(path_);
  const NpyArray array = second.read("values");
  EXPECT_EQ(array.shape, (Shape{2, 3}));
  EXPECT_EQ(reinterpret_cast<const double*>(array.data.data())[5], 5);
  EXPECT_TRUE(third.has("values"));
  EXPECT_THROW(third.read("nothing"), FormatError);
  // The dead one is remembered by its file; the two others share one.
  EXPECT_EQ(children().size(), 2u);
}

// A line of what the system tells about a process.
std::string status_of(pid_t process, const std::string& name) {
  std::ifstream list("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(list, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "nothing";
}

TEST_F(Hdf5ProcessTest, ItTakesOverNoSignals) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto usual = ::signal(SIGILL, [](int) {});
  {
    Hdf5Process process;
    Message nothing;
    nothing.add(static_cast<std::uint64_t>(Hdf5Question::kClose)).add(std::uint64_t{0});
    process.ask(nothing, "test");
    const std::string none(16, '0');
#ifdef __SANITIZE_THREAD__
    // The sanitizer takes signal 33.
    EXPECT_EQ(status_of(children().back(), "SigCgt"), "0000000100000000");
#else
    EXPECT_EQ(status_of(children().back(), "SigCgt"), none);
#endif
    EXPECT_EQ(status_of(children().back(), "SigBlk"), none);
  }
  ::signal(SIGILL, usual);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_F(Hdf5ProcessTest, AnswersAreChecked) {
  EXPECT_THROW(Message("1234567").number(), FormatError);
  Message lie;
  lie.add(std::uint64_t{1} << 40);
  EXPECT_THROW(Message(lie).text(), FormatError);
  EXPECT_THROW(Message(lie).number(3), FormatError);
  Message good;
  good.add(std::string("text")).add(std::optional<double>(2.5)).add(std::optional<double>());
  EXPECT_EQ(good.text(), "text");
  EXPECT_EQ(good.number(1), 1u);
  EXPECT_EQ(good.real(), 2.5);
  EXPECT_EQ(good.number(1), 0u);
  EXPECT_THROW(good.number(), FormatError);
}

}  // namespace
}  // namespace ptychopatch::formats
