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
#include "commands/registration/closure.hpp"
#include "commands/registration/image_stream.hpp"
#include "commands/registration/pair_files.hpp"
#include "commands/registration/results.hpp"
#include "commands/registration/scene_aligner.hpp"
#include "commands/registration/scene_stack.hpp"
#include "commands/registration/work_list.hpp"
#include "console.hpp"
#include "session.hpp"

namespace ptychopatch::alignment {

class SceneWorker;

// What the workers of a run have in common: it takes their records and pictures, from any thread.
class AlignmentRun {
 public:
  // steps: pairs that will be aligned, with those that are done; no plot: none is drawn; no stack:
  // nothing is stacked. A stack is one scene's, and so one worker's.
  AlignmentRun(Results& results, AlignmentPlot* plot, SceneStack* stack, std::size_t steps,
               app::Console& console)
      : results_(results),
        plot_(plot),
        stack_(stack),
        steps_(steps),
        done_(results.size()),
        console_(console) {}

  app::Console& console() const { return console_; }
  AlignmentPlot* plot() const { return plot_; }
  SceneStack* stack() const { return stack_; }

  // Of the run's progress: what the next pair that is begun will add.
  std::pair<double, double> next_part() const;
  // So many pairs are aligned, or need not be.
  void advance(std::size_t pairs = 1);
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
  SceneStack* stack_;
  std::size_t steps_;
  std::atomic<std::size_t> done_;
  app::Console& console_;
  mutable std::mutex mutex_;  // of results_ and error_
  std::exception_ptr error_;
  std::atomic<bool> stopped_ = false;
};

// Pairs of one scene that are to be aligned, or only drawn.
struct SceneTask {
  const SceneWork* scene;
  std::vector<Pair> pairs;
  bool closes = false;  // images are aligned onto each other, too

  // At most, of its images onto each other; references are aligned with them already.
  std::size_t closing_pairs() const;
};

// Aligns scenes one after the other on one device.
class SceneWorker {
 public:
  // common: of the options, those of the worker's device. The mask, if any, is every reference's;
  // targets: of the files that are made of pairs, if any are.
  SceneWorker(const app::AlignOptions& options, const app::CommonOptions& common,
              const formats::NpyArray* mask, const PairTargets* targets, bool decodes_ahead,
              AlignmentRun& run);

  void take(SceneTask task) { tasks_.push_back(std::move(task)); }
  void work();

 private:
  // A record that waits for the rest of its scene.
  struct Finished {
    const Pair* pair;
    Record record;
    ppatch_shift shift;
  };

  void align_scene(const SceneTask& task, ImageStream& stream);
  void align_pairs(const SceneTask& task, ImageStream& stream, std::vector<Decoded>& images);
  void check_mask(const Decoded& reference) const;
  // Onto each of its references that a pair is wanted of.
  void align_image(const SceneTask& task, std::size_t image, const std::vector<Decoded>& images,
                   SceneAligner& aligner);
  ppatch_shift fill(const Pair& pair, const std::vector<Decoded>& images, SceneAligner& aligner,
                    Record& record);
  // Aligns images onto each other, and tells what they say in the records that wait.
  void close_scene(const SceneTask& task, const std::vector<Decoded>& images);
  // false: others failed before all pairs were aligned.
  bool align_with_each_other(const SceneTask& task, const std::vector<Decoded>& images,
                             SceneClosure& closure);
  // Before each pair; false: others failed.
  bool begin_pair();
  // What was aligned before. Tiles are measured again: records have them of fields alone.
  void draw_known(const Pair& pair, const std::vector<Decoded>& images, SceneAligner& aligner);
  void draw(const Pair& pair, const ppatch_shift& shift, const MeasuredMotion* motion,
            const std::vector<Decoded>& images) const;

  const app::AlignOptions& options_;
  const formats::NpyArray* mask_;
  bool decodes_ahead_;
  AlignmentRun& run_;
  app::Session session_;
  PairFiles files_;
  std::vector<SceneTask> tasks_;
  std::vector<Finished> finished_;  // of the scene at work
};

}  // namespace ptychopatch::alignment
