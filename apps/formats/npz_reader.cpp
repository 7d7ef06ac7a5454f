// SPDX-License-Identifier: Apache-2.0
#include <bzlib.h>
#include <zip.h>

#include <cstdio>
#include <map>
#include <memory>

#include "formats/array_store.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

FormatError not_an_archive(const std::string& name, const std::string& reason) {
  return FormatError(name + " cannot be read as a .npz archive: " + reason);
}

class MemberReader : public ByteReader {
 public:
  MemberReader(zip_t* archive, const zip_stat_t& status, const std::string& source)
      : source_(source), size_(status.size), stored_(status.comp_method == ZIP_CM_STORE) {
    file_.reset(zip_fopen_index(archive, status.index, 0));
    if (!file_) throw FormatError(source_ + " cannot be opened: " + zip_strerror(archive));
  }

  std::size_t read(std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const zip_int64_t count = zip_fread(file_.get(), out.data() + done, out.size() - done);
      if (count < 0) {
        throw FormatError(source_ + " is damaged: " + zip_file_strerror(file_.get()));
      }
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }
  std::uint64_t size() const override { return size_; }
  bool size_is_certain() const override { return stored_; }

 private:
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };

  std::string source_;
  std::uint64_t size_;
  bool stored_;
  std::unique_ptr<zip_file_t, Close> file_;
};

// A zip archive of .npy members, by NumPy's keys: member names without ".npy". Members may be
// stored or deflated, and ZIP64.
class NpzReader : public ArrayStore {
 public:
  explicit NpzReader(const std::string& path) : ArrayStore(path) {
    InputFile file(path);
    archive_bytes_ = file.size();
    FileDescriptor descriptor = file.take();
    int code = 0;
    archive_.reset(zip_fdopen(descriptor.get(), 0, &code));
    if (!archive_) throw not_an_archive(name(), text_of(code));
    descriptor.release();  // the archive's from here on
    list();
  }

  // Of an archive that was compressed by bzip2, unpacked.
  NpzReader(Bytes bytes, const std::string& path)
      : ArrayStore(path), bytes_(std::move(bytes)), archive_bytes_(bytes_.size()) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes_.data(), bytes_.size(), 0, &error);
    if (source != nullptr) {
      archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
      if (!archive_) zip_source_free(source);
    }
    const std::string reason = archive_ ? "" : zip_error_strerror(&error);
    zip_error_fini(&error);
    if (!archive_) throw not_an_archive(name(), reason);
    list();
  }

  std::string format() const override {
    return bytes_.size() == 0 ? "npz" : "npz, compressed by bzip2";
  }
  // In the archive's order.
  std::vector<std::string> keys() const override { return keys_; }
  bool has(const std::string& key) const override { return index_.contains(key); }
  NpyHeader header(const std::string& key) const override {
    return with_member(key, read_npy_header);
  }
  NpyArray read(const std::string& key) const override { return with_member(key, read_npy); }
  std::optional<std::string> text(const std::string& key) const override {
    if (!has(key)) return std::nullopt;
    const std::vector<std::string> texts = texts_of(read(key), source(key));
    if (texts.size() == 1) return texts[0];
    throw FormatError(source(key) + " holds " + std::to_string(texts.size()) +
                      " texts, expected one");
  }

 private:
  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };

  void list() {
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const auto index = static_cast<zip_uint64_t>(i);
      const char* member = zip_get_name(archive_.get(), index, 0);
      if (member == nullptr) throw not_an_archive(name(), zip_strerror(archive_.get()));
      std::string key(member);
      if (key.ends_with(".npy")) key.resize(key.size() - 4);
      if (!index_.emplace(key, index).second) {
        throw not_an_archive(name(), "key " + quoted(key) + " is there twice");
      }
      keys_.push_back(std::move(key));
    }
  }

  template <class Result>
  Result with_member(const std::string& key,
                     Result (*decode)(ByteReader&, const std::string&)) const {
    const auto found = index_.find(key);
    if (found == index_.end()) {
      std::string there;
      for (const std::string& each : keys_) there += (there.empty() ? "" : ", ") + each;
      throw FormatError(name() + ": key " + quoted(key) + " is missing; there are " +
                        quoted(there.empty() ? "none" : there));
    }
    const std::string what = source(key);
    zip_stat_t status;
    zip_stat_init(&status);
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD |
                                    ZIP_STAT_ENCRYPTION_METHOD | ZIP_STAT_INDEX;
    if (zip_stat_index(archive_.get(), found->second, 0, &status) != 0 ||
        (status.valid & needed) != needed) {
      throw FormatError(what + " cannot be inspected: " + zip_strerror(archive_.get()));
    }
    if (status.encryption_method != ZIP_EM_NONE) {
      throw FormatError(what + " is encrypted, expected a plain member");
    }
    const bool stored = status.comp_method == ZIP_CM_STORE;
    if (!stored && status.comp_method != ZIP_CM_DEFLATE) {
      throw FormatError(what + " is compressed by method " + std::to_string(status.comp_method) +
                        ", expected stored (0) or deflated (8)");
    }
    if (status.comp_size > archive_bytes_ || (stored && status.size != status.comp_size) ||
        status.size / max_expansion > status.comp_size) {
      throw FormatError(what + " is declared as " + std::to_string(status.size) + " bytes from " +
                        std::to_string(status.comp_size) + ", which an archive of " +
                        std::to_string(archive_bytes_) + " bytes cannot hold");
    }
    MemberReader reader(archive_.get(), status, what);
    return decode(reader, what);
  }

  Bytes bytes_;
  std::uint64_t archive_bytes_ = 0;
  std::unique_ptr<zip_t, Discard> archive_;
  std::vector<std::string> keys_;
  std::map<std::string, zip_uint64_t> index_;
};

// What a bzip2 file holds. Memory is taken as the bytes come; more than this machine has is
// refused.
Bytes unpack_bzip2(const std::string& path) {
  constexpr std::size_t piece_bytes = std::size_t{1} << 16;
  const std::string source = quoted(path);
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "rbe"),
                                                                &std::fclose);
  if (!file) throw system_error("cannot open " + source);
  int status = BZ_OK;
  const auto close = [](BZFILE* stream) {
    int ignored = BZ_OK;
    BZ2_bzReadClose(&ignored, stream);
  };
  const std::unique_ptr<BZFILE, decltype(close)> stream(
      BZ2_bzReadOpen(&status, file.get(), 0, 0, nullptr, 0));
  if (!stream) throw std::bad_alloc();
  Bytes out(piece_bytes);
  std::size_t done = 0;
  while (status == BZ_OK) {
    if (done == out.size()) {
      require_memory(2 * out.size(), source);
      out.resize(2 * out.size());
    }
    const int room = static_cast<int>(std::min(out.size() - done, piece_bytes));
    done += static_cast<std::size_t>(BZ2_bzRead(&status, stream.get(), out.data() + done, room));
  }
  if (status == BZ_UNEXPECTED_EOF) {
    throw FormatError(source + ": truncated: the bzip2 data have no end");
  }
  if (status != BZ_STREAM_END) {
    throw FormatError(source + " is damaged: bzip2 cannot unpack it");
  }
  out.resize(done);
  return out;
}

}  // namespace

std::unique_ptr<ArrayStore> open_npz(const std::string& path) {
  return std::make_unique<NpzReader>(path);
}

std::unique_ptr<ArrayStore> open_npz(Bytes bytes, const std::string& path) {
  return std::make_unique<NpzReader>(std::move(bytes), path);
}

std::unique_ptr<ArrayStore> open_bzip2(const std::string& path) {
  return open_npz(unpack_bzip2(path), path);
}

}  // namespace ptychopatch::formats
