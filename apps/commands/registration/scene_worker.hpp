// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "commands/registration/align_options.hpp"
#include "commands/registration/alignment_plot.hpp"
#include "commands/registration/image_stream.hpp"
#include "commands/registration/pair_files.hpp"
#include "commands/registration/results.hpp"
#include "commands/registration/scene_aligner.hpp"
#include "commands/registration/work_list.hpp"
#include "console.hpp"
#include "session.hpp"

namespace ptychopatch::alignment {

class SceneWorker;

// What the workers of a run have in common: it takes their records and pictures, from any thread.
class AlignmentRun {
 public:
  // pairs: how many records there will be; no plot: none is drawn.
  AlignmentRun(Results& results, AlignmentPlot* plot, std::size_t pairs, app::Console& console)
      : results_(results), plot_(plot), pairs_(pairs), console_(console) {}

  app::Console& console() const { return console_; }
  AlignmentPlot* plot() const { return plot_; }

  // Of the run's progress: what the next pair that is begun will add.
  std::pair<double, double> next_part() const;
  void add(const Pair& pair, Record record);
  // Writes what there is by now.
  void write() const;

  // Runs the worker; what it throws stops the others, and is thrown again by rethrow, the first of
  // them.
  void guard(SceneWorker& worker);
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  void rethrow() const;

 private:
  Results& results_;
  AlignmentPlot* plot_;
  std::size_t pairs_;
  app::Console& console_;
  mutable std::mutex mutex_;  // of results_ and error_
  std::exception_ptr error_;
  std::atomic<bool> stopped_ = false;
};

// Pairs of one scene that are to be aligned, or only drawn.
struct SceneTask {
  const SceneWork* scene;
  std::vector<Pair> pairs;
};

// Aligns scenes one after the other on one device.
class SceneWorker {
 public:
  // common: of the options, those of the worker's device. The mask, if any, is every reference's;
  // paths are those of the files that are made of pairs, if any are.
  SceneWorker(const app::AlignOptions& options, const app::CommonOptions& common,
              const formats::NpyArray* mask, const PairPaths* paths, bool decodes_ahead,
              AlignmentRun& run);

  void take(SceneTask task) { tasks_.push_back(std::move(task)); }
  void work();

 private:
  void align_scene(const SceneTask& task, ImageStream& stream);
  void check_mask(const Decoded& reference) const;
  // Onto each of its references that a pair is wanted of.
  void align_image(const SceneTask& task, std::size_t image, const std::vector<Decoded>& images,
                   SceneAligner& aligner);
  void fill(const Pair& pair, const std::vector<Decoded>& images, SceneAligner& aligner,
            Record& record);
  void draw(const Pair& pair, const ppatch_shift& shift, const std::vector<Decoded>& images) const;

  const app::AlignOptions& options_;
  const formats::NpyArray* mask_;
  bool decodes_ahead_;
  AlignmentRun& run_;
  app::Session session_;
  PairFiles files_;
  std::vector<SceneTask> tasks_;
};

}  // namespace ptychopatch::alignment
