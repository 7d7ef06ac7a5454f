// SPDX-License-Identifier: Apache-2.0
#include "formats/mapped_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "formats/format_error.hpp"
#include "formats/input_file.hpp"

namespace ptychopatch::formats {

MappedFile::MappedFile(const InputFile& file) {
  const auto size = static_cast<std::size_t>(file.size());
  if (size == 0) return;
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (memory == MAP_FAILED) throw system_error("cannot read " + quoted(file.path()));
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::let_go() const {
  if (bytes_.empty()) return;
  ::madvise(const_cast<std::byte*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

void give_back(void* data, std::size_t size) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t first = (begin + page - 1) / page * page, end = (begin + size) / page * page;
  if (first >= end) return;
  ::madvise(static_cast<std::byte*>(data) + (first - begin), end - first, MADV_DONTNEED);
}

}  // namespace ptychopatch::formats
