// SPDX-License-Identifier: Apache-2.0
#include "formats/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <thread>

#include "cli/refusal.hpp"
#include "cli/temporary_folder.hpp"
#include "formats/array_store.hpp"
#include "formats/array_writer.hpp"
#include "formats/child_limits.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "formats/output_file.hpp"
#include "formats/scan_input.hpp"
#include "formats/unforked_memory.hpp"

namespace ptychopatch::formats {
namespace {

using test::refusal;

const ChildWork child_work{"the library", "'f'", {}};

std::vector<pid_t> children() {
  const std::string task = "/proc/self/task/" + std::to_string(::getpid()) + "/children";
  std::ifstream list(task);
  std::vector<pid_t> found;
  for (pid_t child = 0; list >> child;) found.push_back(child);
  return found;
}

NpyArray counting(std::int64_t count) {
  NpyArray array{{Kind::floating, 8}, {count}, Bytes(static_cast<std::size_t>(count) * 8)};
  for (std::int64_t i = 0; i < count; ++i) {
    reinterpret_cast<double*>(array.data.data())[i] = 0.5 * static_cast<double>(i);
  }
  return array;
}

TEST(ChildProcess, DeathCostsTheFileOnly) {
  for (const int how : {SIGKILL, SIGSEGV, 0}) {
    const auto die = [&]() -> std::string {
      if (how == 0) ::_exit(0);
      ::raise(how);
      return "it lives";
    };
    EXPECT_EQ(refusal([&] { in_child<std::string>(child_work, die); }),
              "'f' is damaged: the library fails or does not end on it");
    EXPECT_EQ(in_child<std::string>(child_work, [] { return std::string("well"); }), "well");
    EXPECT_TRUE(children().empty());
  }
}

TEST(ChildProcess, RefusalsArePassedOn) {
  const auto refuse = []() -> std::string { throw FormatError("'f' is odd"); };
  EXPECT_EQ(refusal([&] { in_child<std::string>(child_work, refuse); }), "'f' is odd");
  const auto starve = []() -> std::string { throw std::bad_alloc(); };
  EXPECT_THROW(in_child<std::string>(child_work, starve), std::bad_alloc);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ChildProcess, MemoryAndTimeHaveLimits) {
  // Written to, or a compiler may do without the memory.
  const auto take = [] {
    Bytes bytes(std::size_t{4} << 30);
    volatile auto* const first = bytes.data();
    *first = {};
    return std::to_string(bytes.size());
  };
  EXPECT_THROW(in_child<std::string>(child_work, take), std::bad_alloc);
  const auto run = []() -> std::string {
    std::atomic<bool> end = false;
    while (!end) continue;
    return "it ends";
  };
  EXPECT_NE(refusal([&] { in_child<std::string>(child_work, run); }).find("does not end"),
            std::string::npos);
}
#endif

// Whoever they belong to: what a damaged file makes of a child may ask for more of everything.
TEST(ChildProcess, ItsLimitsAreForGood) {
  const auto raise = [](__rlimit_resource resource) {
    rlimit now{};
    ::getrlimit(resource, &now);
    const rlimit more{now.rlim_max + 1, now.rlim_max + 1};
    return std::to_string(::setrlimit(resource, &more) == 0 ? RLIM_INFINITY : now.rlim_max);
  };
  const auto limit_of = [&](__rlimit_resource resource) {
    return std::stoull(in_child<std::string>(child_work, [&] { return raise(resource); }));
  };
  EXPECT_EQ(limit_of(RLIMIT_FSIZE), 0u);
  EXPECT_GE(limit_of(RLIMIT_CPU), 5u);
  EXPECT_LE(limit_of(RLIMIT_CPU), 5 + (allowed_memory() >> 20));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const std::uint64_t own = resident_bytes() + (std::uint64_t{256} << 20);
  EXPECT_LE(limit_of(RLIMIT_DATA), own + allowed_memory());
  limit_children(std::uint64_t{64} << 20);
  EXPECT_LE(limit_of(RLIMIT_DATA), own + (std::uint64_t{64} << 20));
  limit_children(0);
#endif
}

// Pages of scratch that the parent writes meanwhile would be there twice.
TEST(ChildProcess, HasNoMemoryThatIsNotForked) {
  constexpr std::size_t bytes = std::size_t{3} << 20;
  UnforkedVector<char> scratch(bytes, 'a');
  std::vector<char> other(bytes, 'b');
  // A system call says that a page is not there, where reading it would end the process.
  const auto is_there = [](const char* at) {
    std::array<int, 2> ends{};
    const bool there = ::pipe(ends.data()) == 0 && ::write(ends[1], at, 1) == 1;
    for (const int end : ends) ::close(end);
    return there;
  };
  const pid_t child = ::fork();
  if (child == 0) {
    const bool right = !is_there(scratch.data() + bytes / 2) && is_there(other.data() + bytes / 2);
    ::_exit(right ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(is_there(scratch.data() + bytes / 2));
  // Given back it is memory as any other.
  scratch = {};
  scratch.shrink_to_fit();
  const UnforkedVector<char> again(bytes, 'c');
  EXPECT_EQ(again.back(), 'c');
}

// One that waits for nothing may have found a lock held: the file is not to blame.
TEST(ChildProcess, IsTriedASecondTime) {
  void* const shared =
      ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  int& children_so_far = *static_cast<int*>(shared);
  ChildWork work = child_work;
  work.patience = std::chrono::milliseconds(200);
  const auto once = [&]() -> std::string {
    while (children_so_far++ == 0) ::pause();
    return "read";
  };
  EXPECT_EQ(in_child<std::string>(work, once), "read");
  EXPECT_EQ(children_so_far, 2);
  ::munmap(shared, sizeof(int));
}

// What another thread was just making when a child was forked is never made in the child: nothing
// that a child takes may be such. The processes that find that out are new ones, in which all is to
// be made.
TEST(ChildProcess, FirstOnesOfSeveralThreads) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's allocator stays locked in a child beside busy threads";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto all_read = [] {
    std::atomic<int> waiting{0}, read{0};
    constexpr int count = 6;
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&] {
        ChildWork work = child_work;
        work.patience = std::chrono::seconds(1);
        ++waiting;
        while (waiting < count) continue;
        try {
          const auto array = in_child<NpyArray>(work, [] { return counting(10); });
          read += array.shape == Shape{10} ? 1 : 0;
        } catch (const FormatError&) {
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ::_exit(read == count ? 0 : 1);
  };
  for (int i = 0; i < 30; ++i) ASSERT_EXIT(all_read(), testing::ExitedWithCode(0), "") << i;
}

// A child that waits, and uses neither the processor nor a disk, is not waited for.
TEST(ChildProcess, WaitsForNothingInVain) {
  ChildWork work = child_work;
  work.patience = std::chrono::milliseconds(200);
  const std::string said = "'f' is damaged: the library waits on it for what does not come";
  const auto sleep = []() -> std::string {
    for (;;) ::pause();
  };
  EXPECT_EQ(refusal([&] { in_child<std::string>(work, sleep); }), said);
  const auto stop = []() -> std::string {
    ::raise(SIGSTOP);
    return "it goes on";
  };
  EXPECT_EQ(refusal([&] { in_child<std::string>(work, stop); }), said);
  // Half of an answer, too.
  const pid_t parent = ::getpid();
  const auto begin = [&](Channel& channel) {
    std::uint64_t size = 100;
    channel.bytes(&size, sizeof size);
    if (::getpid() != parent) sleep();
    std::string rest(100, ' ');
    channel.bytes(rest.data(), rest.size());
  };
  EXPECT_EQ(refusal([&] {
              run_child(
                  work, [] {}, begin);
            }),
            said);
  EXPECT_TRUE(children().empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ChildProcess, TakesNoMoreThanItIsLeft) {
  constexpr std::size_t mega = std::size_t{1} << 20;
  const auto take = [](std::size_t size) {
    return in_child<std::string>(child_work, [size] {
      Bytes bytes(size);
      std::memset(bytes.data(), 1, size);
      return std::to_string(std::to_integer<int>(bytes.data()[size - 1]));
    });
  };
  limit_children(64 * mega);
  EXPECT_EQ(take(16 * mega), "1");
  EXPECT_NE(refusal([&] { take(100 * mega); }).find("takes more to be read than the 67.1 MB"),
            std::string::npos);
  limit_children(0);
  EXPECT_EQ(take(100 * mega), "1");
}
#endif

TEST(ChildProcess, StopsWhereItIsToldTo) {
  const auto sleep = []() -> std::string {
    for (;;) ::pause();
  };
  const ChildWork work{"the library", "'f'", [] { return true; }};
  EXPECT_THROW(in_child<std::string>(work, sleep), Interruption);
  EXPECT_TRUE(children().empty());
}

TEST(ChildProcess, ThreadsHaveAChildEach) {
  if (!beside_threads) GTEST_SKIP() << "not with this sanitizer's allocator";
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::vector<std::string> wrong(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t, &wrong] {
      for (int i = 0; i < 20; ++i) {
        const std::string sent = std::to_string(t) + "," + std::to_string(i);
        const auto got = in_child<std::string>(child_work, [&] { return std::string(sent); });
        if (got != sent) wrong[static_cast<std::size_t>(t)] = got;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<std::string>(4));
}

// A line of what the system tells about this process.
std::string status_of(const std::string& name) {
  std::ifstream list("/proc/self/status");
  for (std::string line; std::getline(list, line);) {
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  }
  return "nothing";
}

TEST(ChildProcess, TakesOverNoSignals) {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto usual = ::signal(SIGILL, [](int) {});
  const auto look = [](const char* name) {
    return in_child<std::string>(child_work, [&] { return status_of(name); });
  };
  // The C library keeps two for itself.
  constexpr std::uint64_t others = ~(std::uint64_t{3} << 31);
  for (const char* line : {"SigCgt", "SigBlk"}) {
    EXPECT_EQ(std::stoull(look(line), nullptr, 16) & others, 0u) << line;
  }
  ::signal(SIGILL, usual);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST(ChildProcess, PrintsNothingAndHasNoOtherFile) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const auto open_files = in_child<std::string>(child_work, [] {
    for (const int standard : {1, 2}) {
      if (::write(standard, "noise\n", 6) != 6) return std::string("it cannot print");
    }
    std::string open;
    for (int file = 4; file < 64; ++file) {
      if (::fcntl(file, F_GETFD) >= 0) open += std::to_string(file) + " ";
    }
    return open;
  });
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(open_files, "");
}

TEST(ChildProcess, ValuesComeWhole) {
  const auto scan = in_child<ScanInput>(child_work, [] {
    ScanInput sent;
    sent.format = "a format";
    sent.convention = {PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_CONTENT};
    sent.image.value = NamedArray{counting(1 << 20), "an image"};
    sent.positions.refused = "no positions";
    sent.placement.value.emplace();
    sent.placement.value->pixel_size = {std::numeric_limits<double>::quiet_NaN(), -0.0};
    sent.placement.value->origin.kind = Origin::Kind::fit;
    return sent;
  });
  EXPECT_EQ(scan.format, "a format");
  EXPECT_EQ(scan.convention.anchor, PPATCH_ANCHOR_HALF);
  EXPECT_EQ(scan.convention.axes, PPATCH_AXES_XY);
  EXPECT_EQ(scan.convention.sign, PPATCH_SIGN_CONTENT);
  ASSERT_TRUE(scan.image.value);
  EXPECT_EQ(scan.image.value->source, "an image");
  const NpyArray expected = counting(1 << 20);
  EXPECT_TRUE(std::ranges::equal(scan.image.value->array.data.span(), expected.data.span()));
  EXPECT_FALSE(scan.positions.value);
  EXPECT_EQ(scan.positions.refused, "no positions");
  EXPECT_FALSE(scan.start_positions.value);
  ASSERT_TRUE(scan.placement.value && scan.placement.value->pixel_size);
  EXPECT_TRUE(std::isnan((*scan.placement.value->pixel_size)[0]));
  EXPECT_TRUE(std::signbit((*scan.placement.value->pixel_size)[1]));
  EXPECT_EQ(scan.placement.value->origin.kind, Origin::Kind::fit);
}

// Passes the numbers where the parent takes a value.
template <class Value>
std::string answer_to(const std::vector<std::uint64_t>& numbers) {
  const pid_t parent = ::getpid();
  const auto answer = [&](Channel& channel) {
    Value value{};
    if (::getpid() == parent) return channel(value);
    for (std::uint64_t number : numbers) channel.bytes(&number, sizeof number);
  };
  return refusal([&] {
    run_child(
        child_work, [] {}, answer);
  });
}

TEST(ChildProcess, AnswersAreChecked) {
  const auto float_kind = static_cast<std::uint64_t>(Kind::floating);
  const std::string nonsense = "'f': the process that reads it gave an answer that has no meaning";
  EXPECT_EQ(answer_to<std::string>({std::uint64_t{1} << 40}), nonsense);
  EXPECT_EQ(answer_to<bool>({2}), nonsense);
  EXPECT_EQ(answer_to<NpyArray>({99, 8, 0}), nonsense);                // a kind that there is not
  EXPECT_EQ(answer_to<NpyArray>({float_kind, 3, 1, 1}), nonsense);     // floats of three bytes
  EXPECT_EQ(answer_to<NpyArray>({float_kind, 8, 1000}), nonsense);     // a thousand axes
  EXPECT_EQ(answer_to<NpyArray>({float_kind, 8, 1, ~0UL}), nonsense);  // an axis below zero
  EXPECT_NE(answer_to<NpyArray>({float_kind, 8, 1, 1UL << 50}).find("memory"), std::string::npos);
  EXPECT_NE(answer_to<NpyArray>({float_kind, 8, 1, 5}).find("fails"), std::string::npos);
  EXPECT_EQ(answer_to<bool>({1}), "not refused");
}

TEST(ChildProcess, QuestionsAboutStores) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.h5";
  Tensor tensor = Tensor::make(PPATCH_F64, {2, 3}, "test");
  for (int i = 0; i < 6; ++i) tensor.as<double>()[i] = i;
  Hdf5Writer writer;
  writer.add("values", tensor);
  OutputFile file(path, true);
  writer.write(file, false);
  file.finish();
  file.publish();
  const auto read = [&](const std::string& key) {
    return ask_store<NpyArray>(path, [&](const ArrayStore& store) { return store.read(key); });
  };
  const NpyArray array = read("values");
  EXPECT_EQ(array.shape, (Shape{2, 3}));
  EXPECT_EQ(reinterpret_cast<const double*>(array.data.data())[5], 5);
  EXPECT_NE(refusal([&] { read("nothing"); }).find("is missing"), std::string::npos);
}

}  // namespace
}  // namespace ptychopatch::formats
