// SPDX-License-Identifier: Apache-2.0
#include <zip.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/patches/patch_settings.hpp"
#include "common_options.hpp"
#include "exit_status.hpp"
#include "formats/array_store.hpp"
#include "formats/json_text.hpp"
#include "formats/memory_limit.hpp"
#include "formats/sandbox.hpp"
#include "formats/scan_input.hpp"
#include "mosaics/image_input.hpp"
#include "mosaics/refusal.hpp"
#include "session.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  CommonOptions common;
  std::string file;
  bool json = false;
};

Json backend_info(ppatch_backend backend) {
  std::int32_t devices = 0;
  const ppatch_status status = ppatch_backend_probe(backend, &devices);
  Json info = {{"name", name_of(backend_choices, backend)}, {"devices", devices}};
  if (status != PPATCH_OK) {
    info["status"] = ppatch_status_string(status);
    info["reason"] = sentence(Error(status, ppatch_last_error()));
  }
  return info;
}

Json machine_info(const InfoOptions& options, Console& console) {
  const Session session(options.common, console);
  const ppatch_context_info info = session.context().info();
  Json json = {{"version", ppatch_version_string()}, {"abi", ppatch_abi_version()}};
  json["backends"] = {backend_info(PPATCH_BACKEND_CPU), backend_info(PPATCH_BACKEND_CUDA)};
  json["context"] = {{"backend", session.backend_name()},
                     {"device", info.device_name},
                     {"threads", info.num_threads},
                     {"simd", info.simd},
                     {"memory_budget", info.memory_budget}};
  const formats::Sandbox sandbox = formats::probe_sandbox();
  json["libraries"] = {{"libzip", zip_libzip_version()},
                       {"libseccomp", sandbox != formats::Sandbox::not_built}};
  json["decoders"] = {{"filtered", sandbox == formats::Sandbox::entered},
                      {"filter", formats::text_of(sandbox)}};
  return json;
}

void print_machine(const Json& info) {
  std::cout << "ptychopatch " << info["version"].get<std::string>() << " (ABI " << info["abi"]
            << ")\n\nbackends\n";
  for (const Json& backend : info["backends"]) {
    std::cout << "  " << backend["name"].get<std::string>() << ": ";
    if (backend.contains("reason")) {
      std::cout << backend["status"].get<std::string>() << ": "
                << backend["reason"].get<std::string>() << '\n';
    } else {
      std::cout << backend["devices"] << (backend["devices"] == 1 ? " device\n" : " devices\n");
    }
  }
  const Json& context = info["context"];
  const std::string simd = context["simd"].get<std::string>();
  std::cout << "\nused by default\n  backend        " << context["backend"].get<std::string>()
            << "\n  device         " << context["device"].get<std::string>()
            << "\n  threads        " << context["threads"]
            << (simd.empty() ? "" : "\n  SIMD target    " + simd) << "\n  memory budget  "
            << formats::size_text(context["memory_budget"].get<std::uint64_t>())
            << "\n  decoders       " << info["decoders"]["filter"].get<std::string>() << '\n';
}

void describe(Json& array, const formats::NpyHeader& header) {
  array["shape"] = header.shape;
  array["dtype"] = header.type.name();
  array["order"] = header.fortran_order ? "Fortran" : "C";
  array["byte_order"] = header.type.swapped ? "swapped" : "native";
  array["bytes"] = header.data_bytes;
}

Json part_info(const formats::Part<formats::NamedArray>& part) {
  if (!part.value) return {{"refused", part.refused}};
  const formats::NpyArray& array = part.value->array;
  return {{"source", part.value->source}, {"shape", array.shape}, {"dtype", array.type.name()}};
}

Json scan_info(const formats::ScanInput& scan) {
  ppatch_patch_options options = patch_options(0, 0);
  apply(scan.convention, options);
  const formats::Part<formats::Placement>& placement = scan.placement;
  return {{"format", scan.format},
          {"convention", scan.convention_text},
          {"placement", placement.value ? formats::placement_text(*placement.value)
                                        : "unknown: " + placement.refused},
          {"anchor", name_of(anchor_choices, options.anchor)},
          {"axes", name_of(axes_choices, options.axes)},
          {"sign", name_of(sign_choices, options.sign)},
          {"image", part_info(scan.image)},
          {"positions", part_info(scan.positions)}};
}

Json store_info(const formats::ArrayStore& archive, const std::string& path) {
  Json info = {{"file", path}, {"format", archive.format()}, {"arrays", Json::array()}};
  for (const std::string& key : archive.keys()) {
    Json array = {{"key", key}};
    if (const auto link = archive.link(key)) array["link"] = *link;
    try {
      describe(array, archive.header(key));
    } catch (const formats::FormatError& error) {
      array["unreadable"] = error.what();
    }
    info["arrays"].push_back(std::move(array));
  }
  try {
    const auto text = archive.text(metadata_key);
    if (text) info["metadata"] = parse_metadata(*text, archive.source(metadata_key));
  } catch (const formats::FormatError& error) {
    info["metadata_unreadable"] = error.what();
  }
  if (const auto scan = formats::find_scan(archive)) info["scan"] = scan_info(*scan);
  return info;
}

Json npy_info(const std::string& path) {
  formats::InputFile file(path);
  Json array = {{"key", nullptr}};
  describe(array, formats::read_npy_header(file, formats::quoted(path)));
  return {{"file", path}, {"format", "npy"}, {"arrays", Json::array({array})}};
}

// A camera RAW or another image: the first where there are several.
Json image_info(const std::string& path) {
  const std::vector<mosaics::ImageItem> items = mosaics::items_of(path);
  const mosaics::RawImage raw = mosaics::read_image(items[0], {});
  Json array = {{"key", nullptr}, {"shape", raw.pixels.shape}, {"dtype", raw.pixels.type.name()},
                {"order", "C"},   {"byte_order", "native"},    {"bytes", raw.pixels.data.size()}};
  Json info = {{"file", path}, {"format", "image"}, {"arrays", Json::array({array})}};
  info["image"] = {
      {"images", items.size()},       {"cfa", raw.cfa.name()},
      {"black", raw.black},           {"white", raw.white},
      {"overexposed_from", raw.clip}, {"area", {raw.top, raw.left, raw.height(), raw.width()}},
      {"camera", raw.camera},         {"iso", raw.iso}};
  return info;
}

Json unknown_info(const std::string& path) {
  try {
    return image_info(path);
  } catch (const mosaics::Refusal& refusal) {
    if (refusal.reason() != mosaics::Reason::not_a_mosaic) throw;
  }
  throw formats::FormatError(formats::quoted(path) +
                             " is neither .npz nor .npy nor HDF5 nor MAT nor an image that is "
                             "known: its first bytes are of another format");
}

std::string shape_of(const Json& array) {
  return formats::shape_text(array["shape"].get<formats::Shape>());
}

// What is found in a process of its own comes back as text, with the file's metadata in it.
Json described(const std::string& path) {
  constexpr std::size_t around = 8;
  const auto text = formats::ask_store<std::string>(
      path, [&](const auto& store) { return metadata_text(store_info(store, path)); });
  Json info = formats::parse_json(text, formats::quoted(path), formats::deepest_json + around);
  if (!info.is_object()) {
    throw formats::FormatError(formats::quoted(path) +
                               ": the process that reads it gave an answer that has no meaning");
  }
  return info;
}

// What is in a file: arrays with shape and type, the scan that it is, metadata. An array that
// cannot be read is listed with the reason.
Json file_info(const std::string& path) {
  switch (formats::container_of(path)) {
    case formats::Container::npy:
      return npy_info(path);
    case formats::Container::unknown:
      return unknown_info(path);
    default:
      return described(path);
  }
}

void print_file(const Json& info) {
  std::ostream& out = std::cout;
  out << info["file"].get<std::string>() << ": " << info["format"].get<std::string>() << '\n';
  const auto text = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : "";
  };
  std::size_t keys = 0, shapes = 0;
  for (const Json& array : info["arrays"]) {
    keys = std::max(keys, text(array["key"]).size());
    if (array.contains("shape")) shapes = std::max(shapes, shape_of(array).size());
  }
  for (const Json& array : info["arrays"]) {
    out << "  " << std::left << std::setw(static_cast<int>(keys)) << text(array["key"]) << "  ";
    if (array.contains("unreadable")) {
      out << "unreadable: " << text(array["unreadable"]) << '\n';
      continue;
    }
    out << std::setw(static_cast<int>(shapes)) << shape_of(array) << "  " << text(array["dtype"]);
    if (array["order"] != "C") out << ", Fortran order";
    if (array["byte_order"] != "native") out << ", bytes swapped";
    if (array.contains("link")) out << ", link to " << text(array["link"]);
    out << '\n';
  }
  if (info.contains("scan")) {
    const Json& scan = info["scan"];
    out << "scan: " << text(scan["format"]) << ": " << text(scan["convention"]) << "; anchor "
        << text(scan["anchor"]) << ", axes " << text(scan["axes"]) << ", sign "
        << text(scan["sign"]) << "; " << text(scan["placement"]) << '\n';
    for (const char* part : {"image", "positions"}) {
      const Json& found = scan[part];
      const bool good = found.contains("shape");
      out << "  " << part << ": "
          << (good ? text(found["source"]) + ", " + shape_of(found)
                   : "refused: " + text(found["refused"]))
          << '\n';
    }
  }
  if (info.contains("image")) {
    const Json& image = info["image"];
    out << "image: colours " << text(image["cfa"]) << ", black " << image["black"] << ", white "
        << image["white"] << ", overexposed from " << image["overexposed_from"] << ", active area ("
        << image["area"][0] << ", " << image["area"][1] << ") + " << shape_of(info["arrays"][0]);
    if (!text(image["camera"]).empty()) out << ", " << text(image["camera"]);
    if (image["images"] > 1) out << "; the first of " << image["images"];
    out << '\n';
  }
  if (info.contains("metadata")) {
    out << "metadata: " << info["metadata"].dump(2, ' ', false, Json::error_handler_t::replace)
        << '\n';
  }
  if (info.contains("metadata_unreadable")) {
    out << "metadata: unreadable: " << text(info["metadata_unreadable"]) << '\n';
  }
}

}  // namespace

Command add_info(CLI::App& root) {
  const auto options = std::make_shared<InfoOptions>();
  CLI::App* app = add_word(root, "info", "Backends and devices; or what is in a file");
  OptionSet set(*app);
  set.operand("FILE", options->file, "What to describe: .npy, .npz, HDF5, .mat, or a camera RAW");
  set.flag("--json", options->json, "As JSON");
  options->common.add_run_options(*app);
  return {app, [options](Console& console) -> int {
            options->common.apply(console);
            const bool machine = options->file.empty();
            const Json info = machine ? machine_info(*options, console) : file_info(options->file);
            if (options->json) {
              std::cout << info.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
            } else if (machine) {
              print_machine(info);
            } else {
              print_file(info);
            }
            return done;
          }};
}

}  // namespace ptychopatch::app
