// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/scene_worker.hpp"

#include <iterator>
#include <optional>
#include <set>

#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "interrupt.hpp"

namespace ptychopatch::alignment {
namespace {

// Which images of a scene must be decoded for its pairs, in order.
std::vector<std::size_t> needed(const SceneTask& task) {
  std::vector<bool> wanted(task.scene->images.size());
  for (const Pair& pair : task.pairs) {
    wanted[pair.image] = true;
    if (pair.reference != SceneWork::no_reference) wanted[pair.reference] = true;
  }
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) indices.push_back(i);
  }
  return indices;
}

}  // namespace

std::size_t SceneTask::closing_pairs() const {
  std::size_t images = 0;
  for (const std::size_t i : needed(*this)) images += closes && i >= scene->references ? 1 : 0;
  return images * (images - 1) / 2;
}

std::pair<double, double> AlignmentRun::next_part() const {
  const auto done = static_cast<double>(done_);
  const auto all = static_cast<double>(steps_);
  return {done / all, (done + 1) / all};
}

void AlignmentRun::advance(std::size_t pairs) {
  done_ += pairs;
  console_.advance(static_cast<double>(done_) / static_cast<double>(steps_));
}

void AlignmentRun::add(const Pair& pair, Record record) {
  if (!is_ok(record)) {
    const auto reason = record["reason"].get<std::string>();
    // What was wrong with a file is a sentence that names it.
    console_.warn((reason.starts_with('\'') ? "" : formats::quoted(pair.names.image) + ": ") +
                  reason);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  results_.add(pair.place, std::move(record));
}

void AlignmentRun::write() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  results_.write(false);
}

void AlignmentRun::guard(SceneWorker& worker) {
  try {
    worker.work();
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = std::current_exception();
    stopped_ = true;
  }
}

void AlignmentRun::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

SceneWorker::SceneWorker(const app::AlignOptions& options, const app::CommonOptions& common,
                         const formats::NpyArray* mask, const PairTargets* targets,
                         bool decodes_ahead, AlignmentRun& run)
    : options_(options),
      mask_(mask),
      decodes_ahead_(decodes_ahead),
      run_(run),
      session_(common, run.console()),
      files_(session_, targets) {}

void SceneWorker::work() {
  std::vector<mosaics::ImageItem> items;
  for (const SceneTask& task : tasks_) {
    for (const std::size_t i : needed(task)) items.push_back(task.scene->images[i]);
  }
  ImageStream stream(std::move(items), options_.image, decodes_ahead_);
  for (const SceneTask& task : tasks_) {
    align_scene(task, stream);
    if (run_.stopped()) return;
    run_.write();
  }
}

void SceneWorker::align_scene(const SceneTask& task, ImageStream& stream) {
  const SceneWork& scene = *task.scene;
  std::vector<Decoded> images(scene.images.size());
  finished_.clear();
  align_pairs(task, stream, images);
  if (task.closes && !run_.stopped()) close_scene(task, images);
}

void SceneWorker::align_pairs(const SceneTask& task, ImageStream& stream,
                              std::vector<Decoded>& images) {
  const SceneWork& scene = *task.scene;
  SceneAligner aligner(session_, options_.scene);
  bool references_ready = false;
  const auto begin = [&] {
    for (std::size_t g = 0; g < scene.references; ++g) {
      // A place for each, so that numbers stay; none is asked for that was not decoded.
      static const mosaics::RawImage none;
      aligner.add_reference(images[g].raw ? *images[g].raw : none, mask_);
    }
    if (run_.stack() != nullptr && images[0].raw) {
      run_.stack()->set_reference(session_, *images[0].raw);
    }
    references_ready = true;
    for (std::size_t g = 0; g < scene.references; ++g) align_image(task, g, images, aligner);
  };
  for (const std::size_t i : needed(task)) {
    if (run_.stopped()) return;
    if (i >= scene.references && !references_ready) begin();
    images[i] = stream.next();
    if (i < scene.references) {
      check_mask(images[i]);
      continue;
    }
    align_image(task, i, images, aligner);
    if (!task.closes) images[i] = {};
  }
  if (!references_ready) begin();
}

void SceneWorker::check_mask(const Decoded& reference) const {
  if (mask_ == nullptr || !reference.raw) return;
  if (reference.raw->pixels.shape != mask_->shape) {
    throw app::UsageError("argument --mask: expected the reference's size, " +
                          formats::shape_text(reference.raw->pixels.shape) + ", got " +
                          formats::shape_text(mask_->shape));
  }
}

void SceneWorker::align_image(const SceneTask& task, std::size_t image,
                              const std::vector<Decoded>& images, SceneAligner& aligner) {
  for (const Pair& pair : task.pairs) {
    if (pair.image != image) continue;
    if (pair.known) {
      draw_known(pair, images, aligner);
      continue;
    }
    if (!begin_pair()) return;
    Record record = empty_record(pair.names, name_of(method_choices, options_.scene.method));
    const ppatch_shift shift = fill(pair, images, aligner, record);
    if (task.closes) {
      finished_.push_back({&pair, std::move(record), shift});
    } else {
      run_.add(pair, std::move(record));
      files_.recorded();
    }
    run_.advance();
  }
}

bool SceneWorker::begin_pair() {
  app::stop_if_interrupted();
  if (run_.stopped()) return false;
  const auto [begin, end] = run_.next_part();
  session_.set_part(begin, end);
  return true;
}

void SceneWorker::close_scene(const SceneTask& task, const std::vector<Decoded>& images) {
  SceneClosure closure;
  for (const Finished& each : finished_) {
    if (is_ok(each.record)) closure.add(each.pair->reference, each.pair->image, each.shift);
  }
  if (!align_with_each_other(task, images, closure)) return;
  for (Finished& each : finished_) {
    const auto told =
        is_ok(each.record) ? closure.of(each.pair->reference, each.pair->image) : std::nullopt;
    if (told) {
      widen(*told, each.shift);
      set_closure(each.record, *told, each.shift);
      if (run_.plot() != nullptr) run_.plot()->mark(each.pair->place, each.shift);
    }
    run_.add(*each.pair, std::move(each.record));
  }
  files_.recorded();
}

// Only those that a reference was ok with: the others close no triangle of it.
bool SceneWorker::align_with_each_other(const SceneTask& task, const std::vector<Decoded>& images,
                                        SceneClosure& closure) {
  std::set<std::size_t> aligned;
  const mosaics::RawImage* frame = nullptr;
  for (const Finished& each : finished_) {
    if (!is_ok(each.record)) continue;
    if (each.pair->image >= task.scene->references) aligned.insert(each.pair->image);
    const mosaics::RawImage* reference = images[each.pair->reference].raw.get();
    const auto area = [](const mosaics::RawImage& m) { return m.height() * m.width(); };
    if (frame == nullptr || area(*reference) > area(*frame)) frame = reference;
  }
  std::size_t left = task.closing_pairs();
  if (frame == nullptr || aligned.size() < 2) {
    run_.advance(left);
    return true;
  }
  ImageAligner aligner(session_, options_.scene, *frame);
  for (auto onto = aligned.begin(); onto != aligned.end(); ++onto) {
    if (!aligner.set_reference(*images[*onto].raw)) continue;
    for (auto image = std::next(onto); image != aligned.end(); ++image) {
      if (!begin_pair()) return false;
      const std::optional<ppatch_shift> shift = aligner.align(*images[*image].raw);
      if (shift) closure.add(*onto, *image, *shift);
      run_.advance();
      --left;
    }
  }
  run_.advance(left);
  return true;
}

ppatch_shift SceneWorker::fill(const Pair& pair, const std::vector<Decoded>& images,
                               SceneAligner& aligner, Record& record) {
  const Decoded& image = images[pair.image];
  if (!image.raw) {
    reject(record, image.word, image.sentence);
    return {};
  }
  if (pair.reference == SceneWork::no_reference) {
    reject(record, "no-reference", "the scene has no reference in gt/");
    return {};
  }
  const Decoded& reference = images[pair.reference];
  if (!reference.raw) {
    reject(record, "reference", "the reference cannot be used: " + reference.sentence);
    return {};
  }
  const Aligned aligned = aligner.align(pair.reference, *image.raw, record);
  if (aligned.shift.status != PPATCH_SHIFT_STATUS_OK || !is_ok(record)) return aligned.shift;
  files_.write(pair.names, pair.replaces_files, *reference.raw, *image.raw, aligned, record);
  if (run_.stack() != nullptr) {
    run_.stack()->add(session_, *reference.raw, *image.raw, aligned);
  }
  draw(pair, aligned.shift, aligned.motion ? &*aligned.motion : nullptr, images);
  return aligned.shift;
}

void SceneWorker::draw_known(const Pair& pair, const std::vector<Decoded>& images,
                             SceneAligner& aligner) {
  app::stop_if_interrupted();
  const auto& reference = images[pair.reference].raw;
  const auto& image = images[pair.image].raw;
  if (!reference || !image) return;
  const double done = run_.next_part().first;
  session_.set_part(done, done);
  const auto motion =
      image->cfa == reference->cfa ? aligner.measure_motion(pair.reference, *image) : std::nullopt;
  draw(pair, *pair.known, motion ? &*motion : nullptr, images);
}

void SceneWorker::draw(const Pair& pair, const ppatch_shift& shift, const MeasuredMotion* motion,
                       const std::vector<Decoded>& images) const {
  const auto& reference = images[pair.reference].raw;
  const auto& image = images[pair.image].raw;
  if (run_.plot() == nullptr || !reference || !image) return;
  run_.plot()->add(pair.place, session_.context(), *reference, *image, shift, motion,
                   pair.names.image);
}

}  // namespace ptychopatch::alignment
