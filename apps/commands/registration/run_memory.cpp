// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/run_memory.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "commands/registration/alignment_plot.hpp"
#include "commands/registration/scene_stack.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "session.hpp"

namespace ptychopatch::alignment {
namespace {

constexpr std::uint64_t mega = std::uint64_t{1} << 20;
constexpr std::uint64_t record_bytes = 12 << 10, child_bytes = 16 * mega;

// What a scene takes at once besides scratch.
struct SceneNeeds {
  std::uint64_t images = 0;     // its references and one image, or all
  std::uint64_t waiting = 0;    // its largest image, which may be decoded during another scene
  std::uint64_t decoding = 0;   // beside an image that is being decoded
  std::uint64_t measuring = 0;  // what is made of an aligned pair
  mosaics::ImageNeeds largest;  // of its references, by area
  std::string name;
};

// The budget as it is asked for, or what the control group leaves beside others' memory; none.
std::optional<std::uint64_t> whole_budget(const app::AlignOptions& options) {
  if (options.common.memory_budget != 0) return options.common.memory_budget;
  const std::optional<std::uint64_t> limit = formats::control_group_memory();
  if (limit) return *limit - *limit / 8;
  return std::nullopt;
}

// Tiles that are told of an image of that size, at most: they are laid half a side apart, and their
// sides are at least a seventh of the image's shorter one, or 192 samples.
std::uint64_t max_tiles(const mosaics::ImageNeeds& image) {
  constexpr std::int64_t pitch = 96, least = 15;
  const std::int64_t shorter = std::max<std::int64_t>(std::min(image.height, image.width), 1);
  const std::int64_t longer = std::max(image.height, image.width);
  const std::int64_t across = std::max(least, shorter / pitch + 2);
  return static_cast<std::uint64_t>(across * (across * longer / shorter + 1));
}

// What a record has of an image's tiles.
std::uint64_t field_bytes(const app::AlignOptions& options, const mosaics::ImageNeeds& largest) {
  constexpr std::uint64_t tile_bytes = 600;
  return options.scene.motion == PPATCH_MOTION_MODEL_FIELD ? tile_bytes * max_tiles(largest) : 0;
}

// Maps of motion, kept until the run's end and drawn on one paper then.
std::uint64_t drawn_bytes(const app::AlignOptions& options, std::uint64_t pairs) {
  if (options.plot.empty() || options.scene.motion == PPATCH_MOTION_MODEL_NONE) return 0;
  constexpr std::uint64_t map_bytes = 5 * mega;
  return map_bytes * std::min<std::uint64_t>(pairs, AlignmentPlot::max_details);
}

std::uint64_t pixels_of(const mosaics::ImageNeeds& image) {
  return static_cast<std::uint64_t>(image.height * image.width);
}

class Needs {
 public:
  // max_pixels: images that are larger are left out, for each is refused by itself when its turn
  // comes.
  Needs(const app::AlignOptions& options, int threads, std::uint64_t max_pixels)
      : options_(options), threads_(threads), max_pixels_(max_pixels) {}

  SceneNeeds of(const SceneTask& task) {
    SceneNeeds needs;
    std::uint64_t next = 0, max_pixels_of_any = 0;
    std::map<std::size_t, mosaics::ImageNeeds> wanted;
    for (const Pair& pair : task.pairs) {
      for (const std::size_t i : {pair.image, pair.reference}) {
        if (i != SceneWork::no_reference && !wanted.contains(i)) {
          wanted[i] = of(task.scene->images[i]);
        }
      }
      if (needs.name.empty()) {
        needs.name = pair.names.scene.empty() ? pair.names.image : pair.names.scene;
      }
    }
    for (const auto& [i, image] : wanted) {
      needs.decoding = std::max(needs.decoding, image.decoding);
      needs.waiting = std::max(needs.waiting, image.pixels);
      const bool is_reference = i < task.scene->references;
      if (!is_reference) next = std::max(next, image.pixels);
      max_pixels_of_any = std::max(max_pixels_of_any, pixels_of(image));
      if (is_reference || task.closes) needs.images += image.pixels;
      if (!is_reference) continue;
      needs.measuring = std::max(needs.measuring, measuring(image));
      const auto area = [](const mosaics::ImageNeeds& one) { return one.height * one.width; };
      if (area(image) > area(needs.largest)) needs.largest = image;
    }
    if (!task.closes) needs.images += next;
    if (options_.stack) {
      needs.images += SceneStack::bytes(*options_.stack, pixels_of(needs.largest),
                                        max_pixels_of_any, needs.largest.cfa.mosaic(),
                                        options_.scene.motion != PPATCH_MOTION_MODEL_NONE);
    }
    constexpr std::uint64_t shift_bytes = 128;
    needs.images += task.closing_pairs() * shift_bytes;
    return needs;
  }

 private:
  mosaics::ImageNeeds of(const mosaics::ImageItem& item) const {
    try {
      const mosaics::ImageNeeds needs = mosaics::needs_of(item, options_.image);
      return needs.pixels <= max_pixels_ ? needs : mosaics::ImageNeeds{};
    } catch (const formats::FormatError&) {  // it will have no pixels
      return {};
    }
  }

  // Of an image of that size: rows for each thread, the mask, a byte a place beside it and its
  // picture, files of both images.
  std::uint64_t measuring(const mosaics::ImageNeeds& image) const {
    constexpr std::uint64_t counts = std::uint64_t{512} << 10, row_bytes = 192, picture = 8;
    const std::uint64_t pixels = pixels_of(image);
    const std::uint64_t blocks = image.cfa.mosaic() ? pixels / 4 : pixels;
    std::uint64_t bytes =
        threads_ * (counts + row_bytes * static_cast<std::uint64_t>(image.width)) + 2 * counts +
        2 * blocks;
    if (!options_.masks.empty()) bytes += picture * blocks;
    if (!options_.apply.empty()) bytes += 4 * image.pixels;
    if (!options_.plot.empty()) bytes += 8 * mega;
    return bytes;
  }

  const app::AlignOptions& options_;
  std::uint64_t threads_, max_pixels_;
};

// Scratch of plans for the references of a run.
class Scratch {
 public:
  explicit Scratch(const app::AlignOptions& options) : options_(options) {}

  // With that budget; none where it is too small.
  std::optional<std::uint64_t> bytes(const mosaics::ImageNeeds& image, std::uint64_t budget) const {
    ppatch_context_options context = options_.common.context();
    context.backend = PPATCH_BACKEND_CPU;
    context.memory_budget = std::max<std::uint64_t>(budget, 1);
    ppatch_scene_options scene = options_.scene;
    scene.height = image.height;
    scene.width = image.width;
    scene.cfa = cfa_of(image.cfa);
    try {
      return ScenePlan::bytes(Context(context), scene);
    } catch (const Error& error) {
      if (error.status() == PPATCH_ERROR_OUT_OF_MEMORY) return std::nullopt;
      throw;
    }
  }

  // What is enough, and not much more.
  std::uint64_t least(const mosaics::ImageNeeds& image) const {
    std::uint64_t low = 0, high = mega;
    while (!bytes(image, high)) high *= 2;
    while (high - low > mega) {
      const std::uint64_t middle = low + (high - low) / 2;
      (bytes(image, middle) ? high : low) = middle;
    }
    return high;
  }

 private:
  const app::AlignOptions& options_;
};

// The mask of references: what is kept of it. It is read before all images.
std::uint64_t mask_bytes(const app::AlignOptions& options, std::uint64_t budget,
                         std::uint64_t own) {
  if (options.mask.empty()) return 0;
  const mosaics::ImageNeeds needs = mosaics::needs_of({options.mask, std::nullopt}, {});
  const auto kept = static_cast<std::uint64_t>(needs.height * needs.width);
  const std::uint64_t all = own + kept + needs.pixels + needs.decoding;
  if (all <= budget) return kept;
  throw formats::FormatError("argument --mask: " + formats::quoted(options.mask) +
                             " takes at least " + app::sufficient_budget(all) +
                             " of memory to be read, and " + formats::size_text(budget) +
                             " are there");
}

[[noreturn]] void refuse(const app::AlignOptions& options, std::uint64_t budget,
                         std::uint64_t needed, const SceneNeeds& scene, std::uint64_t scratch) {
  const std::string what =
      options.common.memory_budget != 0
          ? "argument --memory-budget: " + formats::size_text(budget) + " do not hold this run"
          : "the control group of this process leaves " + formats::size_text(budget) +
                " of memory, which do not hold this run";
  throw formats::FormatError(
      what + ": at least " + app::sufficient_budget(needed) + " are needed, for " +
      formats::quoted(scene.name) + " " + formats::size_text(scene.images) + " of images, " +
      formats::size_text(std::max(scene.decoding, scene.measuring)) +
      " to decode or to measure one, and " + formats::size_text(scratch) + " of scratch");
}

}  // namespace

RunMemory RunMemory::of(const app::AlignOptions& options, const std::vector<SceneTask>& tasks,
                        std::size_t workers, std::size_t pairs) {
  RunMemory memory;
  const std::optional<std::uint64_t> whole = whole_budget(options);
  if (!whole || tasks.empty()) return memory;
  const ppatch_context_info info = Context(options.common.context()).info();
  const std::uint64_t all = workers;
  std::uint64_t own =
      app::process_bytes(options.common) + pairs * record_bytes + drawn_bytes(options, pairs);
  own += mask_bytes(options, *whole, own);
  // A control group's limit costs the images that it does not allow, and no others.
  const bool asked_for = options.common.memory_budget != 0;
  Needs needs(options, info.num_threads, asked_for ? UINT64_MAX : *whole - std::min(*whole, own));
  std::vector<SceneNeeds> scenes;
  std::uint64_t next = 0, decoding = 0;
  for (const SceneTask& task : tasks) {
    scenes.push_back(needs.of(task));
    next = std::max(next, scenes.back().waiting);
    decoding = std::max(decoding, scenes.back().decoding);
    memory.child = std::max(memory.child, 2 * scenes.back().waiting + scenes.back().decoding);
  }
  memory.child += child_bytes;
  mosaics::ImageNeeds largest;
  for (const SceneNeeds& scene : scenes) {
    largest.height = std::max(largest.height, scene.largest.height);
    largest.width = std::max(largest.width, scene.largest.width);
  }
  own += pairs * field_bytes(options, largest);
  // Each scene by itself; then with the next image, of any scene.
  const auto alone = [](const SceneNeeds& scene) {
    return scene.images + std::max(scene.decoding, scene.measuring);
  };
  const auto ahead = [&](const SceneNeeds& scene) {
    return scene.images + scene.measuring + next + decoding;
  };
  // A device's scratch is in its own memory.
  const bool on_cpu = info.backend != PPATCH_BACKEND_CUDA;
  const Scratch scratch(options);
  std::uint64_t max_alone = 0, max_ahead = 0;
  for (const SceneNeeds& scene : scenes) {
    max_alone = std::max(max_alone, alone(scene));
    max_ahead = std::max(max_ahead, ahead(scene));
  }
  const auto left = [&](std::uint64_t taken) {
    const std::uint64_t each = (*whole - std::min(*whole, own)) / all;
    return each - std::min(each, taken);
  };
  const std::uint64_t min_left = left(max_alone);
  // One scene of each shape, whose plans take alike.
  std::map<std::tuple<std::int64_t, std::int64_t, int>, const SceneNeeds*> shapes;
  for (const SceneNeeds& scene : scenes) {
    const mosaics::ImageNeeds& image = scene.largest;
    if (image.height < 1 || image.width < 1) continue;
    shapes.try_emplace({image.height, image.width, image.cfa.period}, &scene);
  }
  // All scenes have the same scratch, beside the one that takes most.
  const auto refuse_run = [&](const SceneNeeds& scene) {
    std::uint64_t least = 0;
    for (const auto& [shape, one] : shapes) {
      if (on_cpu) least = std::max(least, scratch.least(one->largest));
    }
    refuse(options, *whole, own + all * (max_alone + least), scene, least);
  };
  for (const SceneNeeds& scene : scenes) {
    const bool is_aligned = scene.largest.height > 0 && scene.largest.width > 0;
    if (is_aligned && own + all * alone(scene) > *whole) refuse_run(scene);
  }
  std::uint64_t wanted = 0;
  for (const auto& [shape, scene] : shapes) {
    if (!on_cpu) break;
    if (!scratch.bytes(scene->largest, min_left)) refuse_run(*scene);
    const std::uint64_t enough = std::uint64_t{1} << 30;
    wanted = std::max(wanted, scratch.bytes(scene->largest, enough).value_or(enough));
  }
  memory.decodes_ahead = left(max_ahead) >= wanted && left(max_ahead) != 0;
  if (on_cpu) memory.scratch = memory.decodes_ahead ? left(max_ahead) : min_left;
  return memory;
}

}  // namespace ptychopatch::alignment
