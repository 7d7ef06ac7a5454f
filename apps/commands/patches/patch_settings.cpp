// SPDX-License-Identifier: Apache-2.0
#include "patch_settings.hpp"

#include <variant>

#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;
using Options = ppatch_patch_options;

constexpr const char* group = "Patches";
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

struct Complex {
  double Options::*real;
  double Options::*imag;
};
using Enum = std::int32_t Options::*;
using Count = std::int64_t Options::*;
using Seed = std::uint64_t Options::*;
using Number = double Options::*;

// An option of the command line, a key of the metadata, and the library's field of both.
struct Field {
  const char* option;
  const char* key;
  std::variant<Enum, Count, Seed, Number, Complex> member;
  const char* help;
  bool extraction = false;  // of no use where patches are put back
  Choices choices = {};
};

// In the order of the metadata.
constexpr Field fields[] = {
    {"--patch-height", "patch_height", &Options::patch_height, "Patch height, where it differs",
     true},
    {"--patch-width", "patch_width", &Options::patch_width, "Patch width, where it differs", true},
    {"--interp", "interpolation", &Options::interpolation, "Interpolation (default {})", false,
     interpolation_choices},
    {"--boundary", "boundary", &Options::boundary, "What lies outside of the image (default {})",
     false, boundary_choices},
    {"--constant", "constant", Complex{&Options::constant_real, &Options::constant_imag},
     "Value outside, for --boundary constant"},
    {"--anchor", "anchor", &Options::anchor, "Place in the patch that a position names", false,
     anchor_choices},
    {"--axes", "axes", &Options::axes, "Order of the positions' columns", false, axes_choices},
    {"--sign", "sign", &Options::sign, "Positions move the window, or the content under it", false,
     sign_choices},
    {"--layout", "layout", &Options::layout, "Axes of the patches (default {})", false,
     layout_choices},
    {"--halves", "halves", &Options::halves, "Which way --interp nearest rounds what lies half-way",
     false, halves_choices},
    {"--algorithm", "algorithm", &Options::algorithm, "How the work is done; equal bits", false,
     algorithm_choices},
    {"--group-size", "group_size", &Options::group_size,
     "Positions that make a group (default {})"},
    {"--local-offsets", "local_offsets", &Options::local_offsets,
     "Mirror each group about its mean as PtychoPINN does", true, local_offsets_choices},
    {"--jitter", "jitter_sigma", &Options::jitter_sigma,
     "Move each position by N(0, X) pixels on each axis", true},
    {"--jitter-seed", "jitter_seed", &Options::jitter_seed, "Seed of the jitter (default {})",
     true},
};

const char* type_of(const Field& field) {
  constexpr const char* types[] = {"", "N", "N", "X", "RE[,IM]"};
  return types[field.member.index()];
}

// What the command line says of a field, as the metadata would say it.
Json parse(const Field& field, const std::string& text) {
  switch (field.member.index()) {
    case 0:
      return name_of(field.choices, parse_choice(field.option, text, field.choices));
    case 1:
    case 2:
      return parse_integer(field.option, text, field.member.index() == 1 ? 1 : 0, most);
    case 3:
      return parse_number(field.option, text, 0);
    default:
      return parse_pair(field.option, text, any_number, 0.0);
  }
}

struct Read {
  const Field& field;
  const Json& value;
  std::string source;
  Options& to;

  void operator()(Enum member) {
    for (const auto& each : field.choices) {
      if (value == each.name) return void(to.*member = each.value);
    }
    fail("one of " + listed(field.choices), value);
  }
  void operator()(Count member) { to.*member = integer().get<std::int64_t>(); }
  void operator()(Seed member) { to.*member = integer().get<std::uint64_t>(); }
  void operator()(Number member) { to.*member = number(value); }
  void operator()(Complex member) {
    if (!value.is_array() || value.size() != 2) fail("[real, imaginary]", value);
    to.*member.real = number(value[0]);
    to.*member.imag = number(value[1]);
  }

 private:
  const Json& integer() const {
    if (!value.is_number_integer()) fail("an integer", value);
    return value;
  }
  double number(const Json& from) const {
    if (!from.is_number()) fail("a number", from);
    return from.get<double>();
  }
  [[noreturn]] void fail(const std::string& expected, const Json& came) const {
    throw formats::FormatError(source + ": option " + formats::quoted(field.key) + ": expected " +
                               expected + ", got " +
                               formats::quoted(came.dump(-1, ' ', true).substr(0, 60)));
  }
};

struct Write {
  const Field& field;
  const Options& from;

  Json operator()(Enum member) { return name_of(field.choices, from.*member); }
  Json operator()(Complex member) { return {from.*member.real, from.*member.imag}; }
  template <class T>
  Json operator()(T Options::*member) {
    return from.*member;
  }
};

// The defaults of the library, which it writes as 0, spelled out.
Options defaults() {
  Options options{};
  options.group_size = 1;
  return options;
}

std::string help_of(const Field& field) {
  const Json value = std::visit(Write{field, defaults()}, field.member);
  return with_default(field.help, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

void PatchSettings::add_options(CLI::App& app, bool extraction) {
  OptionSet set(app, group);
  for (const Field& field : fields) {
    if (field.extraction != extraction) continue;
    const std::string type = field.choices.empty() ? type_of(field) : braced(field.choices);
    set.parsed(field.option, type, help_of(field),
               [this, &field](const std::string& text) { given_[field.key] = parse(field, text); });
  }
}

void PatchSettings::add_extraction_options(CLI::App& app) {
  OptionSet(app, group)
      .parsed("-N", "N", "Patch height and width in pixels", [this](const auto& text) {
        const std::int64_t size = parse_integer("-N", text, 1, most);
        given_["patch_height"] = size;
        given_["patch_width"] = size;
      });
  add_options(app, true);
}

void PatchSettings::apply(ppatch_patch_options& options) const {
  for (const Field& field : fields) {
    if (given(field.key)) std::visit(Read{field, given_[field.key], "", options}, field.member);
  }
  if (given("constant") && options.boundary != PPATCH_BOUNDARY_CONSTANT) {
    throw UsageError("argument --constant: needs --boundary constant, got --boundary " +
                     std::string(name_of(boundary_choices, options.boundary)));
  }
}

void add_pixel_size(CLI::App& app, std::optional<std::array<double, 2>>& pixel_size) {
  OptionSet(app, group)
      .parsed("--pixel-size", "P[,PX]",
              "Height and width of a pixel in the positions' units (metres)",
              [&pixel_size](const std::string& text) {
                pixel_size = parse_pair("--pixel-size", text);
                if ((*pixel_size)[0] > 0 && (*pixel_size)[1] > 0) return;
                throw UsageError("argument --pixel-size: expected numbers above 0, got " +
                                 formats::quoted(text));
              });
}

void apply(const std::optional<std::array<double, 2>>& pixel_size, formats::Placement& placement) {
  if (!pixel_size) return;
  placement.pixel_size = pixel_size;
  placement.size_source = "--pixel-size";
}

void add_origin(CLI::App& app, std::optional<formats::Origin>& origin) {
  OptionSet(app, group)
      .parsed("--origin", "{corner, centre, fit or Y,X}",
              "Pixel of the image where the positions' zero lies: corner, centre, Y,X; or fit: the "
              "scan lies in the middle",
              [&origin](const std::string& text) {
                using Kind = formats::Origin::Kind;
                if (text == "corner") {
                  origin = formats::Origin{};
                } else if (text == "centre") {
                  origin = formats::Origin{Kind::centre, {0, 0}};
                } else if (text == "fit") {
                  origin = formats::Origin{Kind::fit, {0, 0}};
                } else if (text.find(',') != std::string::npos) {
                  origin = formats::Origin{Kind::place, parse_pair("--origin", text)};
                } else {
                  throw UsageError("argument --origin: expected corner, centre, fit or Y,X, got " +
                                   formats::quoted(text));
                }
              });
}

void apply(const formats::Convention& convention, ppatch_patch_options& options) {
  options.anchor = convention.anchor;
  options.axes = convention.axes;
  options.sign = convention.sign;
}

std::string convention_text(const ppatch_patch_options& options) {
  return std::string("anchor ") + name_of(anchor_choices, options.anchor) + ", axes " +
         name_of(axes_choices, options.axes) + ", sign " + name_of(sign_choices, options.sign);
}

Json to_json(const ppatch_patch_options& options) {
  Json json;
  for (const Field& field : fields) {
    json[field.key] = std::visit(Write{field, options}, field.member);
  }
  return json;
}

ppatch_patch_options patch_options_from_json(const Json& json, const std::string& source) {
  if (!json.is_object()) throw formats::FormatError(source + ": expected a JSON object of options");
  ppatch_patch_options options = patch_options(0, 0);
  for (const Field& field : fields) {
    // How the work was done binds nobody.
    if (field.key == std::string_view("algorithm")) continue;
    const auto found = json.find(field.key);
    if (found == json.end()) {
      if (field.key == std::string_view("halves")) continue;  // older than files that have it
      throw formats::FormatError(source + ": option " + formats::quoted(field.key) + " is missing");
    }
    std::visit(Read{field, *found, source, options}, field.member);
  }
  return options;
}

}  // namespace ptychopatch::app
