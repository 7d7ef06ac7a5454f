// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/case_list.hpp"

namespace ptychopatch::bench {
namespace {

constexpr Operation operations[] = {
    Operation::extract,
    Operation::adjoint,
    Operation::adjoint_coverage,
    Operation::position_gradient,
    Operation::probe_extract,
    Operation::probe_adjoint_image,
    Operation::probe_adjoint_probe,
};
constexpr Operation both_operations[] = {Operation::extract, Operation::adjoint};
constexpr Operation probes[] = {Operation::probe_extract, Operation::probe_adjoint_image,
                                Operation::probe_adjoint_probe};
constexpr Order orders[] = {Order::raster, Order::random};

// How large the work is; the shape of the list does not depend on it.
struct Scale {
  std::int64_t size;                       // N of the usual cases
  std::int64_t patches;                    // K that goes with it
  std::vector<std::int64_t> sizes;         // N of the set main, K so that the bytes are the same
  std::vector<std::int64_t> patch_counts;  // K of the set patches
  std::vector<std::int64_t> patch_sizes;   // N of the set pixels
  std::int64_t large_patches;
};

Scale scale(ppatch_backend backend, bool small) {
  if (small) return {32, 64, {16, 32}, {100, 1000}, {16, 32, 64}, 512};
  // A card does a gigabyte in the time that a processor takes for tens of megabytes.
  if (backend == PPATCH_BACKEND_CUDA) {
    return {128,
            8192,
            {32, 64, 128, 256, 512},
            {100, 1000, 10'000, 100'000, 1'000'000},
            {16, 32, 64, 128, 256, 512, 1024},
            160'000};
  }
  return {128,
          1024,
          {32, 64, 128, 256},
          {100, 1000, 10'000, 100'000, 1'000'000},
          {16, 32, 64, 128, 256, 512, 1024},
          20'000};
}

class CaseList {
 public:
  CaseList(int threads, ppatch_backend backend, bool small)
      : threads_(threads),
        on_card_(backend == PPATCH_BACKEND_CUDA),
        scale_(scale(backend, small)) {}

  std::vector<Case> timed() {
    add_main();
    add_types();
    add_interpolations();
    add_probes();
    add_edges();
    if (on_card_) {
      add_overlaps();
      add_shapes();
      add_calls();
      add_host_arrays();
    } else {
      add_alignment();
      add_threads();
    }
    add_large();
    add_patches();
    add_pixels();
    return std::move(cases_);
  }

  std::vector<Case> memory() {
    for (const Operation operation : operations) add(usual("memory", operation));
    for (const Operation operation : both_operations) {
      Case one = usual("memory", operation);
      one.memory_budget = std::uint64_t{1} << 20;
      add(one);
    }
    for (const std::uint64_t budget : {std::uint64_t{0}, std::uint64_t{4} << 20}) {
      for (const Operation operation : both_operations) {
        Case one = large("memory", operation, Order::random);
        one.memory_budget = budget;
        add(one);
      }
    }
    return std::move(cases_);
  }

  std::vector<std::int64_t> limit_sizes() const {
    return {usual("limits", Operation::extract).bytes(),
            large("limits", Operation::extract, Order::raster).bytes()};
  }

 private:
  Case usual(const char* set, Operation operation) const {
    Case one;
    one.set = set;
    one.operation = operation;
    one.patches = scale_.patches;
    one.size = scale_.size;
    one.threads = threads_;
    return one;
  }

  Case large(const char* set, Operation operation, Order order) const {
    Case one = usual(set, operation);
    one.patches = scale_.large_patches;
    one.size = scale_.size / 2;
    one.order = order;
    return one;
  }

  void add(const Case& one) { cases_.push_back(one); }

  void add_main() {
    const std::int64_t pixels = scale_.patches * scale_.size * scale_.size;
    for (const std::int64_t size : scale_.sizes) {
      for (const Operation operation : operations) {
        for (const Order order : orders) {
          Case one = usual("main", operation);
          one.size = size;
          one.patches = pixels / (size * size);
          one.order = order;
          add(one);
        }
      }
    }
  }

  void add_types() {
    for (const ppatch_dtype dtype : {PPATCH_F32, PPATCH_F64, PPATCH_C128}) {
      for (const Operation operation : operations) {
        for (const Order order : orders) {
          const bool both = operation == both_operations[0] || operation == both_operations[1];
          if (order == Order::random && !both) continue;
          Case one = usual("types", operation);
          one.dtype = dtype;
          one.order = order;
          add(one);
        }
      }
    }
  }

  void add_interpolations() {
    for (const ppatch_interpolation interpolation :
         {PPATCH_INTERPOLATION_NEAREST, PPATCH_INTERPOLATION_BICUBIC,
          PPATCH_INTERPOLATION_LANCZOS3}) {
      for (const Operation operation : operations) {
        Case one = usual("interpolations", operation);
        one.interpolation = interpolation;
        add(one);
      }
    }
  }

  // Several modes in the bytes of one.
  void add_probes() {
    for (const Operation operation : probes) {
      Case one = usual("probes", operation);
      one.modes = 4;
      one.patches /= one.modes;
      add(one);
    }
  }

  void add_edges() {
    for (const ppatch_boundary boundary :
         {PPATCH_BOUNDARY_ZERO, PPATCH_BOUNDARY_CONSTANT, PPATCH_BOUNDARY_EDGE,
          PPATCH_BOUNDARY_REFLECT, PPATCH_BOUNDARY_WRAP}) {
      for (const Operation operation : both_operations) {
        Case one = usual("edges", operation);
        one.boundary = boundary;
        one.order = Order::edges;
        add(one);
      }
    }
  }

  // Where NumPy's large arrays begin.
  void add_alignment() {
    for (const Operation operation : operations) {
      Case one = usual("alignment", operation);
      one.misaligned = 16;
      add(one);
    }
  }

  // Beside a kernel that adds every pixel by itself.
  void add_overlaps() {
    for (const double overlap : {4.0, 30.0, 200.0}) {
      for (const Operation operation : {Operation::adjoint, Operation::atomic_adjoint}) {
        for (const Order order : orders) {
          Case one = usual("overlaps", operation);
          one.overlap = overlap;
          one.order = order;
          add(one);
        }
      }
    }
  }

  // Rows that begin nowhere in particular, and groups whose patches lie side by side.
  void add_shapes() {
    for (const Operation operation : both_operations) {
      for (const Order order : orders) {
        Case odd = usual("shapes", operation);
        odd.size += 1;
        odd.order = order;
        add(odd);
        Case groups = usual("shapes", operation);
        groups.channels = 4;
        groups.order = order;
        add(groups);
      }
    }
  }

  // What a call costs by itself: few patches, as calls and as a graph of one; a plan; moved
  // positions.
  void add_calls() {
    for (const std::int64_t patches : {16, 64}) {
      for (const Operation operation : operations) {
        for (const bool replayed : {false, true}) {
          Case one = usual("calls", operation);
          one.patches = patches;
          one.replayed = replayed;
          add(one);
        }
      }
    }
    for (const Operation operation : {Operation::create_plan, Operation::moved_adjoint}) {
      for (const std::int64_t patches : {std::int64_t{64}, scale_.patches}) {
        Case one = usual("calls", operation);
        one.patches = patches;
        add(one);
      }
    }
  }

  void add_host_arrays() {
    for (const Operation operation : both_operations) {
      Case one = usual("host_arrays", operation);
      one.on_host = true;
      add(one);
    }
  }

  void add_threads() {
    for (int threads = 1; threads < threads_; threads *= 2) {
      for (const Operation operation : operations) {
        Case one = usual("threads", operation);
        one.threads = threads;
        add(one);
      }
    }
  }

  void add_large() {
    for (const Operation operation : both_operations) {
      for (const Order order : orders) add(large("large", operation, order));
    }
  }

  void add_patches() {
    for (const Operation operation :
         {both_operations[0], both_operations[1], Operation::set_positions}) {
      for (const std::int64_t patches : scale_.patch_counts) {
        Case one = usual("patches", operation);
        one.patches = patches;
        one.size = 16;
        add(one);
      }
    }
  }

  void add_pixels() {
    for (const Operation operation : both_operations) {
      for (const std::int64_t size : scale_.patch_sizes) {
        Case one = usual("pixels", operation);
        one.patches = 64;
        one.size = size;
        add(one);
      }
    }
  }

  int threads_;
  bool on_card_;
  Scale scale_;
  std::vector<Case> cases_;
};

}  // namespace

std::vector<Case> timed_cases(int threads, ppatch_backend backend, bool small) {
  return CaseList(threads, backend, small).timed();
}

std::vector<Case> memory_cases(int threads, bool small) {
  return CaseList(threads, PPATCH_BACKEND_CPU, small).memory();
}

std::vector<std::int64_t> limit_sizes(ppatch_backend backend, bool small) {
  return CaseList(1, backend, small).limit_sizes();
}

}  // namespace ptychopatch::bench
