// SPDX-License-Identifier: Apache-2.0
//
// NumPy's .npy files, little-endian and in C order, as far as an example needs them.
#ifndef PTYCHOPATCH_EXAMPLES_NPY_HPP_
#define PTYCHOPATCH_EXAMPLES_NPY_HPP_

#include <complex>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace npy {

template <class T>
struct TypeName;
template <>
struct TypeName<float> {
  static constexpr const char* text = "<f4";
};
template <>
struct TypeName<std::complex<float>> {
  static constexpr const char* text = "<c8";
};

template <class T>
struct File {
  std::vector<std::int64_t> shape;
  std::vector<T> values;
};

template <class T>
File<T> read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string head(10, '\0');
  if (!stream.read(head.data(), 10) || head.compare(0, 7, "\x93NUMPY\x01") != 0) {
    throw std::runtime_error(path + ": no .npy file of version 1");
  }
  const auto byte = [&](int at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(head[at]));
  };
  std::string text(byte(8) + 256 * byte(9), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  const std::string type = TypeName<T>::text;
  if (text.find("'" + type + "'") == std::string::npos || text.find("False") == std::string::npos) {
    throw std::runtime_error(path + ": expected " + type + " in C order");
  }
  File<T> file;
  std::size_t count = 1;
  const std::size_t end = text.find(')');
  for (std::size_t at = text.find('('); (at = text.find_first_of("0123456789", at)) < end;) {
    std::size_t length = 0;
    file.shape.push_back(std::stoll(text.substr(at), &length));
    count *= static_cast<std::size_t>(file.shape.back());
    at += length;
  }
  file.values.resize(count);
  const auto bytes = static_cast<std::streamsize>(count * sizeof(T));
  if (!stream.read(reinterpret_cast<char*>(file.values.data()), bytes)) {
    throw std::runtime_error(path + ": ends early");
  }
  return file;
}

template <class T>
void write(const std::string& path, const File<T>& file) {
  std::string text =
      "{'descr': '" + std::string(TypeName<T>::text) + "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t extent : file.shape) text += std::to_string(extent) + ",";
  text += "), }";
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string head("\x93NUMPY\x01\x00", 8);
  head += static_cast<char>(text.size() % 256);
  head += static_cast<char>(text.size() / 256);
  std::ofstream stream(path, std::ios::binary);
  stream << head << text;
  stream.write(reinterpret_cast<const char*>(file.values.data()),
               static_cast<std::streamsize>(file.values.size() * sizeof(T)));
  if (!stream.flush()) throw std::runtime_error(path + ": could not be written");
}

}  // namespace npy

#endif  // PTYCHOPATCH_EXAMPLES_NPY_HPP_
