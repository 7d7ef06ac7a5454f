// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <optional>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/output_paths.hpp"
#include "commands/registration/align_options.hpp"
#include "commands/registration/alignment_plot.hpp"
#include "commands/registration/results.hpp"
#include "commands/registration/run_memory.hpp"
#include "commands/registration/scene_stack.hpp"
#include "commands/registration/scene_worker.hpp"
#include "commands/registration/work_list.hpp"
#include "exit_status.hpp"
#include "formats/child_limits.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/output_file.hpp"
#include "interrupt.hpp"
#include "mosaics/raw_input.hpp"

namespace ptychopatch::app {
namespace {

using alignment::Pair;
using alignment::Record;
using alignment::SceneWork;

class Align {
 public:
  Align(const AlignOptions& options, Console& console) : options_(options), console_(console) {
    options.check();
    options.layout.empty() && options.index.empty() ? take_files() : take_scenes();
    for (const SceneWork& work : scenes_) pairs_ += work.pairs.size();
  }

  int run() {
    if (pairs_ == 0) {
      throw formats::FormatError("nothing is to be aligned: no reference has another image" +
                                 std::string(options_.shards > 1 ? " in this shard" : ""));
    }
    check_outputs();
    if (options_.common.dry_run) return list();
    Record metadata = make_metadata(alignment_schema, "none");
    metadata["schema_version"] = alignment::record_version;
    metadata["options"] = options_.json();
    results_ =
        std::make_unique<alignment::Results>(options_.record_path(), options_.record_format(),
                                             options_.common.overwrite, options_.resume, metadata);
    if (options_.stack) {
      stack_.emplace(alignment::SceneStack::Settings{
          *options_.stack,
          options_.clip_limit.value_or(alignment::SceneStack::Settings().clip_limit),
          options_.common.output, options_.common.overwrite, options_.common.cpu_threads(),
          pairs_ + 1});
    }
    replaces_plot_ = options_.common.overwrite || results_->resumed();
    if (!options_.plot.empty()) formats::OutputTarget::check(options_.plot, replaces_plot_);
    check_pair_files();
    try {
      work();
      combine();
    } catch (const mosaics::Interruption&) {
      return stop();
    } catch (const Interrupted&) {
      return stop();
    } catch (const Error& error) {
      if (error.status() == PPATCH_ERROR_CANCELLED) return stop();
      save();
      throw;
    } catch (const std::exception&) {
      save();
      throw;
    }
    results_->write(true);
    write_plot();
    write_stack(std::move(metadata));
    console_.end();
    console_.note(results_->account());
    if (results_->count_ok() == results_->size()) return done;
    return results_->count_ok() > 0 ? done_in_part : bad_input;
  }

 private:
  // --ref REF MOVING...
  void take_files() {
    if (options_.reference.empty() || options_.inputs.empty()) {
      throw UsageError(
          "expected --ref REF and the images to align onto it, or --layout rawnind ROOT; see "
          "ptychopatch align --help");
    }
    const auto references = mosaics::items_of(options_.reference);
    if (references.size() != 1) {
      throw UsageError("argument --ref: expected one image, but " +
                       formats::quoted(options_.reference) + " holds " +
                       std::to_string(references.size()));
    }
    std::vector<mosaics::ImageItem> moving;
    for (const std::string& path : options_.inputs) {
      if (options_.stack && is_reference(path)) {
        console_.note(formats::quoted(path) + " is the reference, which is stacked already");
        continue;
      }
      const std::vector<mosaics::ImageItem> items = alignment::items_in(path);
      moving.insert(moving.end(), items.begin(), items.end());
    }
    alignment::require_own_names(moving);
    files_ = moving.size() + 1;
    inputs_ = {options_.reference, options_.mask};
    for (const mosaics::ImageItem& item : moving) inputs_.push_back(item.path);
    std::vector<mosaics::ImageItem> mine;
    for (std::size_t i = 0; i < moving.size(); ++i) {
      if (options_.in_shard(i)) mine.push_back(moving[i]);
    }
    scenes_.push_back(alignment::work_of(references[0], mine));
    if (options_.writes_pairs()) name_files({alignment::work_of(references[0], moving)});
  }

  bool is_reference(const std::string& path) const {
    std::error_code ignored;
    return std::filesystem::equivalent(path, options_.reference, ignored);
  }

  // --layout rawnind ROOT, or a list of its files.
  void take_scenes() {
    if (!options_.reference.empty()) {
      throw UsageError("arguments --ref and --layout exclude each other");
    }
    if (!options_.mask.empty()) {
      throw UsageError(
          "argument --mask: expected with --ref alone, as each scene has a size of "
          "its own");
    }
    if (options_.inputs.size() > 1 || (options_.inputs.empty() && options_.index.empty())) {
      throw UsageError("expected one ROOT folder with --layout, got '" +
                       std::to_string(options_.inputs.size()) + "'");
    }
    std::string root;
    if (!options_.inputs.empty()) {
      root = options_.inputs[0];
    } else {
      root = std::filesystem::path(options_.index).parent_path().string();
    }
    const std::vector<rawnind::Scene> all = options_.index.empty()
                                                ? rawnind::walk_layout(root)
                                                : rawnind::read_index(options_.index, root);
    std::size_t left_out = 0;
    inputs_ = {options_.index};
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const auto& names : {all[i].references, all[i].images}) {
        for (const std::string& name : names) inputs_.push_back(all[i].folder + name);
      }
      files_ += all[i].files();
      left_out += all[i].left_out;
      if (options_.in_shard(i)) scenes_.push_back(alignment::work_of(all[i]));
    }
    all_scenes_ = all.size();
    if (left_out != 0) {
      console_.note(std::to_string(left_out) + " files whose names are of no image are left out");
    }
    if (!options_.writes_pairs()) return;
    std::vector<SceneWork> works;
    works.reserve(all.size());
    for (const rawnind::Scene& scene : all) works.push_back(alignment::work_of(scene));
    name_files(works);
  }

  // Of all shards.
  void name_files(const std::vector<SceneWork>& works) {
    std::vector<alignment::PairNames> names;
    for (const SceneWork& work : works) {
      for (const Pair& pair : work.pairs) names.push_back(pair.names);
    }
    targets_.emplace(alignment::PairPaths(names), options_.masks, options_.apply,
                     options_.apply_mode);
  }

  // No output may be another, or an input.
  void check_outputs() {
    OutputPaths paths;
    for (const std::string& input : inputs_) paths.add_input(input);
    paths.add_output("-o", options_.common.output);
    if (!options_.records.empty()) paths.add_output("--records", options_.records);
    if (!options_.plot.empty()) paths.add_output("--plot", options_.plot);
    if (!targets_) return;
    for (const SceneWork& work : scenes_) {
      for (const Pair& pair : work.pairs) {
        for (const std::string& path : targets_->masks_of(pair.names)) {
          paths.add_output("--write-masks", path);
        }
        for (const std::string& path : targets_->images_of(pair.names)) {
          paths.add_output("--apply", path);
        }
      }
    }
  }

  // The record of a pair that needs no more work.
  const Record* finished(const Pair& pair) const {
    const Record* record = results_->kept(pair.names);
    return record == nullptr || !targets_ || targets_->made(pair.names, *record) ? record : nullptr;
  }

  // What images say of each other is a scene's: with --closure it is kept as a whole.
  bool keeps(const SceneWork& scene) const {
    return !options_.closure || std::ranges::all_of(scene.pairs, [&](const Pair& pair) {
      return finished(pair) != nullptr;
    });
  }

  void check_pair_files() {
    if (!targets_) return;
    for (SceneWork& scene : scenes_) {
      const bool keeps_it = keeps(scene);
      for (Pair& pair : scene.pairs) {
        const Record* record = results_->kept(pair.names);
        pair.replaces_files = options_.common.overwrite || record != nullptr;
        if (pair.reference == SceneWork::no_reference) continue;
        if (keeps_it && finished(pair) != nullptr) continue;
        targets_->check(pair.names, record, options_.common.overwrite);
      }
    }
  }

  int list() {
    std::size_t missing = 0;
    for (const SceneWork& work : scenes_) {
      for (const mosaics::ImageItem& item : work.images) {
        std::error_code ignored;
        missing += std::filesystem::exists(item.path, ignored) ? 0 : 1;
      }
      for (const Pair& pair : work.pairs) {
        std::cout << (pair.names.scene.empty() ? "-" : pair.names.scene) << '\t'
                  << (pair.names.reference.empty() ? "-" : pair.names.reference) << '\t'
                  << pair.names.image << '\n';
      }
    }
    console_.note(
        "dry run: " + (all_scenes_ != 0 ? std::to_string(all_scenes_) + " scenes, " : "") +
        std::to_string(files_) + " files; would align " + std::to_string(pairs_) + " pairs" +
        (options_.shards > 1 ? " of " + std::to_string(scenes_.size()) + " scenes in this shard"
                             : "") +
        (missing != 0 ? "; " + std::to_string(missing) + " files are not there" : ""));
    return done;
  }

  void read_mask() {
    if (options_.mask.empty()) return;
    const mosaics::RawImage image = mosaics::read_image({options_.mask, std::nullopt}, {});
    mask_.type = {formats::Kind::unsigned_integer, 1};
    mask_.shape = image.pixels.shape;
    const auto count = static_cast<std::size_t>(image.height() * image.width());
    mask_.data = formats::Bytes(count);
    const std::size_t size = image.pixels.type.size;
    for (std::size_t i = 0; i < count; ++i) {
      const std::span<const std::byte> pixel = image.pixels.data.span().subspan(i * size, size);
      const bool zero = std::ranges::all_of(pixel, [](std::byte b) { return b == std::byte{0}; });
      mask_.data.data()[i] = zero ? std::byte{0} : std::byte{1};
    }
  }

  // Scenes are dealt out to the devices, which share the processor.
  void work() {
    std::vector<alignment::SceneTask> tasks;
    std::size_t place = 0, kept = 0;
    for (SceneWork& scene : scenes_) {
      alignment::SceneTask task{&scene, {}};
      const bool keeps_it = keeps(scene);
      for (Pair& pair : scene.pairs) {
        pair.place = place++;
        const Record* record = keeps_it ? finished(pair) : nullptr;
        if (record != nullptr) {
          results_->add(pair.place, *record);
          if (options_.plot.empty()) continue;
          const ppatch_shift shift = alignment::shift_of(*record);
          plot_.mark(pair.place, shift);
          if (++kept > alignment::AlignmentPlot::max_details) continue;
          task.pairs.push_back(pair);
          task.pairs.back().known = std::make_shared<const ppatch_shift>(shift);
        } else {
          task.pairs.push_back(pair);
        }
      }
      task.closes = options_.closure && !keeps_it && scene.references > 0;
      if (!task.pairs.empty()) tasks.push_back(std::move(task));
    }
    std::size_t steps = pairs_;
    for (const alignment::SceneTask& task : tasks) {
      steps += task.closing_pairs();
    }
    alignment::AlignmentRun run(*results_, options_.plot.empty() ? nullptr : &plot_,
                                stack_ ? &*stack_ : nullptr, steps, console_);
    std::vector<std::unique_ptr<alignment::SceneWorker>> workers;
    std::vector<CommonOptions> devices = options_.common.each_device(tasks.size());
    const auto memory = alignment::RunMemory::of(options_, tasks, devices.size(), pairs_);
    formats::limit_children(memory.child);
    read_mask();
    for (CommonOptions& common : devices) {
      if (memory.scratch != 0) common.memory_budget = memory.scratch;
      workers.push_back(std::make_unique<alignment::SceneWorker>(
          options_, common, mask_.data.size() != 0 ? &mask_ : nullptr,
          targets_ ? &*targets_ : nullptr, memory.decodes_ahead, run));
    }
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      workers[i % workers.size()]->take(std::move(tasks[i]));
    }
    if (results_->size() != 0) {
      console_.note(std::to_string(results_->size()) + " of " + std::to_string(pairs_) +
                    " pairs are done already");
    }
    console_.begin("align", static_cast<std::int64_t>(steps));
    std::vector<std::future<void>> others;
    try {
      for (std::size_t i = 1; i < workers.size(); ++i) {
        others.push_back(std::async(std::launch::async, [&, i] { run.guard(*workers[i]); }));
      }
    } catch (...) {  // a thread that there is none for; the others are waited for
      run.stop();
      throw;
    }
    run.guard(*workers[0]);
    for (std::future<void>& other : others) other.get();
    run.rethrow();
  }

  // What is finished is not lost to what went wrong after it.
  void save() const {
    if (results_->size() != 0) results_->write(true);
  }

  int stop() {
    if (results_->size() == 0 || options_.record_path().empty()) throw Interrupted();
    save();
    console_.error("interrupted: " + std::to_string(results_->size()) + " of " +
                   std::to_string(pairs_) + " results are written; " +
                   (stack_ ? "nothing is stacked" : "--resume goes on"));
    return run_failed;
  }

  void write_plot() {
    if (options_.plot.empty()) return;
    const std::string bytes = plot_.picture().encoded_for(options_.plot);
    formats::write_file(options_.plot, replaces_plot_, std::as_bytes(std::span(bytes)));
  }

  void combine() {
    if (!stack_ || stack_->images() < 2) return;
    console_.begin("stack", 1);
    stack_->combine([this](double share) {
      stop_if_interrupted();
      console_.advance(share);
    });
  }

  void write_stack(Record metadata) {
    if (!stack_) return;
    if (stack_->images() < 2) {
      console_.note("nothing is stacked: no image is aligned");
      return;
    }
    metadata["schema"] = image_schema;
    metadata["schema_version"] = schema_version;
    stack_->write(std::move(metadata));
    console_.note("wrote " + formats::quoted(options_.common.output) + ": " + stack_->summary());
  }

  const AlignOptions& options_;
  Console& console_;
  std::vector<SceneWork> scenes_;
  std::size_t all_scenes_ = 0, files_ = 0, pairs_ = 0;
  std::vector<std::string> inputs_;
  std::optional<alignment::PairTargets> targets_;
  bool replaces_plot_ = false;
  formats::NpyArray mask_;
  std::unique_ptr<alignment::Results> results_;
  alignment::AlignmentPlot plot_;
  std::optional<alignment::SceneStack> stack_;
};

}  // namespace

Command add_align(CLI::App& root) {
  const auto options = std::make_shared<AlignOptions>();
  CLI::App* app = add_word(
      root, "align", "Find the shift of noisy images to a reference",
      "shift = (dy, dx) registers the image onto the reference: moved by it, it lies on it.\n"
      "best_alignment is the nearest shift that keeps the colours of the mosaic.\n"
      "Exit status: 0 all aligned; 1 some were rejected, each with its reason; 2 none could be.");
  options->add_options(*app);
  return command<Align>(app, options);
}

}  // namespace ptychopatch::app
