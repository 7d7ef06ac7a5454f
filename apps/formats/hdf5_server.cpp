// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <map>
#include <new>

#include "formats/hdf5_process.hpp"
#include "formats/hdf5_reader.hpp"

namespace ptychopatch::formats {
namespace {

// Beyond what any question takes that asks for no data, and what data take.
constexpr time_t kSeconds = 2;
constexpr rlim_t kMemory = rlim_t{512} << 20;
constexpr std::uint64_t kBytesASecond = 1 << 20;
constexpr std::uint64_t kCopies = 3;

// A sanitizer's own memory would count.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

void limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return;
  now.rlim_cur = std::min(most, now.rlim_max);
  ::setrlimit(resource, &now);
}

void allow(std::uint64_t data_bytes) {
  // Of the processor's time; a slow disk or network may take any.
  const itimerval left{{}, {kSeconds + static_cast<time_t>(data_bytes / kBytesASecond), 0}};
  ::setitimer(ITIMER_PROF, &left, nullptr);
  if (!kSanitized) limit(RLIMIT_DATA, kMemory + kCopies * data_bytes);
}

class Server {
 public:
  explicit Server(int socket) : socket_(socket) {}

  bool answer(Hdf5Message& question) {
    Hdf5Message message;
    NpyArray array;
    try {
      message.add(static_cast<std::uint64_t>(Hdf5Answer::kGood));
      find(question, message, array);
    } catch (const FormatError& error) {
      message = Hdf5Message();
      message.add(static_cast<std::uint64_t>(Hdf5Answer::kRefused)).add(std::string(error.what()));
    } catch (const std::bad_alloc&) {
      message = Hdf5Message();
      message.add(static_cast<std::uint64_t>(Hdf5Answer::kNoMemory));
    }
    return send_message(socket_, message) &&
           send_bytes(socket_, array.data.data(), array.data.size());
  }

 private:
  void find(Hdf5Message& question, Hdf5Message& answer, NpyArray& array) {
    allow(0);
    const auto what = static_cast<Hdf5Question>(question.number());
    if (what == Hdf5Question::kOpenPath || what == Hdf5Question::kOpenBytes) {
      return open(what, question, answer);
    }
    const std::uint64_t number = question.number();
    if (what == Hdf5Question::kClose) {
      files_.erase(number);
      return;
    }
    const Hdf5Reader& file = *files_.at(number).reader;
    if (what == Hdf5Question::kKeys) return add(answer, file.keys());
    const std::string key = question.text();
    switch (what) {
      case Hdf5Question::kHas:
        answer.add(std::uint64_t{file.has(key)});
        break;
      case Hdf5Question::kHeader:
        add(answer, file.header(key));
        break;
      case Hdf5Question::kRead: {
        const NpyHeader header = file.header(key);
        allow(header.data_bytes);
        array = file.read(key);
        add(answer, header);
        break;
      }
      case Hdf5Question::kText:
        answer.add(file.text(key));
        break;
      case Hdf5Question::kAttribute:
        answer.add(file.attribute(key, question.text()));
        break;
      case Hdf5Question::kTextAttribute:
        answer.add(file.text_attribute(key, question.text()));
        break;
      case Hdf5Question::kLink:
        answer.add(file.link(key));
        break;
      case Hdf5Question::kChildren:
        add(answer, file.children(key));
        break;
      default:
        Hdf5Message::nonsense();
    }
  }

  void open(Hdf5Question what, Hdf5Message& question, Hdf5Message& answer) {
    const std::string name = question.text();
    File file;
    if (what == Hdf5Question::kOpenBytes) {
      file.bytes = std::make_unique<std::string>(question.text());
      file.reader = std::make_unique<Hdf5Reader>(std::as_bytes(std::span(*file.bytes)), name);
    } else {
      file.reader = std::make_unique<Hdf5Reader>(name);
    }
    files_.emplace(next_, std::move(file));
    answer.add(next_++);
  }

  static void add(Hdf5Message& answer, const std::vector<std::string>& texts) {
    answer.add(std::uint64_t{texts.size()});
    for (const std::string& text : texts) answer.add(text);
  }

  static void add(Hdf5Message& answer, const NpyHeader& header) {
    answer.add(static_cast<std::uint64_t>(header.type.kind)).add(std::uint64_t{header.type.size});
    answer.add(std::uint64_t{header.shape.size()});
    for (const std::int64_t extent : header.shape) answer.add(static_cast<std::uint64_t>(extent));
  }

  struct File {
    std::unique_ptr<std::string> bytes;
    std::unique_ptr<Hdf5Reader> reader;
  };

  int socket_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, File> files_;
};

}  // namespace

void serve_hdf5(int socket) {
  // A key pressed is the other process' to answer; what the library prints is for nobody.
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  for (const int died_of : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGPROF}) ::signal(died_of, SIG_DFL);
  ::prctl(PR_SET_DUMPABLE, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard = 0; standard < 3; ++standard) ::dup2(nothing, standard);
  try {
    Server server(socket);
    Hdf5Message question;
    while (receive_message(socket, question) && server.answer(question)) continue;
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace ptychopatch::formats
