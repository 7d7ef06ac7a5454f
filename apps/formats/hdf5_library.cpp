// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_library.hpp"

#include <cstring>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

[[noreturn]] void refuse(const std::string& source, const char* what) {
  throw FormatError(source + " holds " + what + ", expected a numeric array");
}

bool has_known_order(hid_t type) {
  const H5T_order_t order = H5Tget_order(type);
  return order == H5T_ORDER_LE || order == H5T_ORDER_BE;
}

// The library's conversions trust a file's description of its numbers, so only those that every
// program writes are let through: all bits in use, floats as IEEE 754 has them.
bool is_plain_number(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  return has_known_order(type) && H5Tget_precision(type) == bits && H5Tget_offset(type) == 0;
}

bool is_ieee_float(hid_t type) {
  struct Fields {
    std::size_t sign, exponent, exponent_size, mantissa, mantissa_size;
    bool operator==(const Fields&) const = default;
  };
  Fields fields{};
  if (!is_plain_number(type) ||
      H5Tget_fields(type, &fields.sign, &fields.exponent, &fields.exponent_size, &fields.mantissa,
                    &fields.mantissa_size) < 0 ||
      H5Tget_norm(type) != H5T_NORM_IMPLIED) {
    return false;
  }
  switch (H5Tget_size(type)) {
    case 2:
      return fields == Fields{15, 10, 5, 0, 10} && H5Tget_ebias(type) == 15;
    case 4:
      return fields == Fields{31, 23, 8, 0, 23} && H5Tget_ebias(type) == 127;
    case 8:
      return fields == Fields{63, 52, 11, 0, 52} && H5Tget_ebias(type) == 1023;
    default:
      return false;
  }
}

bool is_float_pair(hid_t type) {
  if (H5Tget_nmembers(type) != 2 || H5Tget_member_offset(type, 0) != 0 ||
      2 * H5Tget_member_offset(type, 1) != H5Tget_size(type)) {
    return false;
  }
  const Hdf5Handle first(H5Tget_member_type(type, 0), &H5Tclose);
  const Hdf5Handle second(H5Tget_member_type(type, 1), &H5Tclose);
  return first && second && H5Tget_class(first.get()) == H5T_FLOAT &&
         2 * H5Tget_size(first.get()) == H5Tget_size(type) &&
         H5Tequal(first.get(), second.get()) > 0;
}

ElementType float_type(hid_t type, const std::string& source) {
  const std::size_t size = H5Tget_size(type);
  if (size > sizeof(double)) refuse(source, "floats of more than 64 bits");
  if (!is_ieee_float(type)) refuse(source, "floats that are not of IEEE 754");
  return {Kind::floating, size <= sizeof(float) ? sizeof(float) : sizeof(double)};
}

ElementType integer_type(hid_t type, const std::string& source) {
  const std::size_t size = H5Tget_size(type);
  if (size != 1 && size != 2 && size != 4 && size != 8) refuse(source, "integers of an odd size");
  if (!is_plain_number(type)) refuse(source, "integers with bits that are not in use");
  const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
  return {is_signed ? Kind::signed_integer : Kind::unsigned_integer, size};
}

hid_t native_integer(const ElementType& type) {
  const bool is_signed = type.kind == Kind::signed_integer;
  if (type.size == 1) return is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
  if (type.size == 2) return is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
  if (type.size == 4) return is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
  return is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
}

std::string member_name(hid_t type, unsigned index, const char* otherwise) {
  char* name = type < 0 ? nullptr : H5Tget_member_name(type, index);
  std::string text = name != nullptr ? name : otherwise;
  if (name != nullptr) H5free_memory(name);
  return text;
}

constexpr std::size_t max_length = std::size_t{1} << 20;

herr_t take_error(unsigned, const H5E_error2_t* error, void* innermost) {
  if (error->desc != nullptr) *static_cast<std::string*>(innermost) = error->desc;
  return 0;
}

}  // namespace

std::string hdf5_reason() {
  std::string innermost;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, &take_error, &innermost);
  if (innermost.empty()) return "unknown reason";
  // "file write failed: time = ..., error message = 'No space left on device', buf = ..."
  constexpr const char* message = "error message = '";
  const std::size_t begin = innermost.find(message);
  if (begin == std::string::npos) return innermost;
  const std::size_t from = begin + std::strlen(message);
  return innermost.substr(from, innermost.find('\'', from) - from);
}

std::optional<std::string> hdf5_text(hid_t object, bool is_attribute) {
  const Hdf5Handle type(is_attribute ? H5Aget_type(object) : H5Dget_type(object), &H5Tclose);
  const Hdf5Handle space(is_attribute ? H5Aget_space(object) : H5Dget_space(object), &H5Sclose);
  if (!type || !space || H5Tget_class(type.get()) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  if (!is_attribute) hdf5_view_bytes(object, "a text");
  const auto read = [&](hid_t memory, void* to) {
    return (is_attribute ? H5Aread(object, memory, to)
                         : H5Dread(object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to)) >= 0;
  };
  if (H5Tis_variable_str(type.get()) > 0) {
    char* text = nullptr;
    if (!read(type.get(), static_cast<void*>(&text)) || text == nullptr) return std::nullopt;
    std::string copy = text;
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, static_cast<void*>(&text));
    return copy;
  }
  const std::size_t size = H5Tget_size(type.get());
  if (size > max_length) return std::nullopt;
  std::string text(size, '\0');
  if (!read(type.get(), text.data())) return std::nullopt;
  return text.substr(0, text.find('\0'));
}

bool write_hdf5_text(hid_t file, const std::string& name, const std::string& utf8) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), &H5Tclose);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), &H5Sclose);
  if (H5Tset_size(type.get(), utf8.size() + 1) < 0 || H5Tset_cset(type.get(), H5T_CSET_UTF8) < 0) {
    return false;
  }
  const Hdf5Handle attribute(
      H5Acreate2(file, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), &H5Aclose);
  return attribute && H5Awrite(attribute.get(), type.get(), utf8.c_str()) >= 0;
}

bool is_hdf5_number(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  return (kind == H5T_INTEGER && is_plain_number(type)) ||
         (kind == H5T_FLOAT && is_ieee_float(type));
}

ElementType element_type_of(hid_t type, const std::string& source) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return integer_type(type, source);
    case H5T_FLOAT:
      return float_type(type, source);
    case H5T_COMPOUND: {
      if (!is_float_pair(type)) refuse(source, "records that are no complex numbers");
      const Hdf5Handle part(H5Tget_member_type(type, 0), &H5Tclose);
      return {Kind::complex, 2 * float_type(part.get(), source).size};
    }
    case H5T_ENUM:
      // h5py's booleans.
      if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) refuse(source, "named values");
      return {Kind::boolean, 1};
    case H5T_STRING: {
      const bool fixed = H5Tis_variable_str(type) == 0;
      return {Kind::text, fixed ? 4 * H5Tget_size(type) : 0};
    }
    default:
      refuse(source, "neither numbers nor text");
  }
}

Hdf5Handle memory_type(const ElementType& type, hid_t like) {
  switch (type.kind) {
    case Kind::boolean:
      return {H5Tcopy(like), &H5Tclose};
    case Kind::signed_integer:
    case Kind::unsigned_integer:
      return {H5Tcopy(native_integer(type)), &H5Tclose};
    case Kind::complex: {
      const std::size_t half = type.size / 2;
      const hid_t part = half == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
      Hdf5Handle pair(H5Tcreate(H5T_COMPOUND, type.size), &H5Tclose);
      H5Tinsert(pair.get(), member_name(like, 0, "r").c_str(), 0, part);
      H5Tinsert(pair.get(), member_name(like, 1, "i").c_str(), half, part);
      return pair;
    }
    default:
      return {H5Tcopy(type.size == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE),
              &H5Tclose};
  }
}

}  // namespace ptychopatch::formats
