// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/group_engine.hpp"

#include <algorithm>

#include "core/groups/group_jobs.hpp"
#include "core/memory_budget.hpp"
#include "cpu/groups/neighbour_search.hpp"
#include "cpu/groups/point_grid.hpp"
#include "cpu/host_engine.hpp"

namespace ppatch {
namespace {

// Rows of work that one thread takes at a time.
constexpr std::int64_t max_block_rows = std::int64_t{1} << 16;
constexpr std::int64_t min_block_rows = 256;
constexpr std::int64_t blocks_a_thread = 16;
constexpr std::int64_t blocks_a_round = 4;  // of each thread; progress is told after a round
// Cells are put in order roughly: by this many stripes of them.
constexpr std::int64_t max_stripes = 4096;
constexpr std::int64_t ahead = 8;  // points that are prefetched before they are needed

// One row of a call: the point that is asked about.
struct Task {
  std::uint32_t point, row;
};

struct GroupMemoryPlan {
  std::int64_t neighbours = 0;  // room of a thread for what it finds
  PointGrid::MemoryPlan grid;
  std::int64_t numbers = 0;  // room of a thread for a group
  std::int64_t block_rows = 0;
  std::int64_t slots = 0;

  GroupMemoryPlan(const GroupSettings& s, const BackendSettings& backend, int threads)
      : neighbours(std::max<std::int64_t>(1, std::min(s.neighbours, s.capacity - 1))),
        grid(s.capacity, neighbours, threads),
        slots(threads) {
    numbers = GroupRow::numbers_of(s.members);
    block_rows = std::clamp(s.capacity, min_block_rows, max_block_rows);
    while (block_rows > min_block_rows && bytes() > backend.memory_budget) {
      block_rows = std::max(block_rows / 2, min_block_rows);
    }
    require_budget(bytes(), backend.memory_budget);
  }

  std::uint64_t bytes() const {
    return grid.bytes() + Buffer<Neighbour>::bytes_of(neighbours * slots) +
           Buffer<std::int64_t>::bytes_of(numbers * slots) +
           Buffer<Task>::bytes_of(2 * block_rows * slots) +
           Buffer<std::uint32_t>::bytes_of(max_stripes * slots);
  }
};

// Rows are written in the grid's order: the one that will be needed is prefetched meanwhile.
void prefetch_row(const IndexView& view, std::int64_t row) {
  const std::int64_t size = view.dtype == DType::i32 ? 4 : 8;
  const char* begin = static_cast<const char*>(view.data) + row * view.stride_row * size;
  __builtin_prefetch(begin, 1);
  __builtin_prefetch(begin + (view.size - 1) * view.stride_column * size, 1);
}

class CpuGroupEngine final : public HostEngine<GroupEngine> {
 public:
  CpuGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& plan,
                 const BackendSettings& backend, const Arena& arena, const GroupLoops& loops)
      : settings_(settings),
        plan_(plan),
        callbacks_(*backend.callbacks),
        arena_(arena),
        loops_(loops),
        grid_(plan.grid, plan.neighbours, *backend.allocator),
        found_(*backend.allocator, plan.neighbours * plan.slots),
        numbers_(*backend.allocator, plan.numbers * plan.slots),
        tasks_(*backend.allocator, 2 * plan.block_rows * plan.slots),
        stripes_(*backend.allocator, max_stripes * plan.slots) {}

  void set_points(const PointView& points) override {
    const PointSource source(points, settings_.axes);
    grid_.build(source, arena_);
    points_ = source;
  }
  std::uint64_t scratch_bytes() const override { return plan_.bytes(); }

  void draw(const GroupRequest& request) override {
    const GroupRow group = group_row(settings_, points_, request);
    each_block(request.indices.count, [&](std::int64_t first, std::int64_t last, int slot) {
      const Task* tasks = ordered_tasks(first, last, slot, [&](std::int64_t row) {
        return static_cast<std::uint32_t>(group.centre(row));
      });
      NeighbourSearch search = searcher(group.draw.neighbours, slot);
      for (std::int64_t i = 0; i < last - first; ++i) {
        if (i + ahead < last - first) points_.prefetch(tasks[i + ahead].point);
        const Neighbour* found =
            group.draw.chosen > 0 ? search.find(tasks[i].point, false) : nullptr;
        group.write(
            first + tasks[i].row, tasks[i].point, numbers_.data() + plan_.numbers * slot,
            [&](std::int64_t j) { return found[j].index; },
            [](std::int64_t* values, std::int64_t count, const auto& before) {
              std::sort(values, values + count, before);
            });
      }
    });
  }

  void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                   const CoordinateResultView& relative) override {
    const CoordinatesRow write{group_coordinates(settings_, points_), indices, offsets, relative};
    each_block(indices.count, [&](std::int64_t first, std::int64_t last, int) {
      for (std::int64_t row = first; row < last; ++row) write(row);
    });
  }

  void neighbours(const IndexView& queries, const IndexView& indices,
                  const CoordinateResultView& squared_distances) override {
    const std::int64_t k = settings_.neighbours;
    const bool with_distances = squared_distances.data != nullptr;
    const auto answer = [&](const Neighbour* found, std::int64_t row) {
      for (std::int64_t j = 0; j < k; ++j) write_index(indices, row, j, found[j].index);
      for (std::int64_t j = 0; j < k && with_distances; ++j) {
        static_cast<double*>(squared_distances.data)[row * squared_distances.stride_row +
                                                     j * squared_distances.stride_column] =
            found[j].squared_distance;
      }
    };
    each_block(indices.count, [&](std::int64_t first, std::int64_t last, int slot) {
      NeighbourSearch search = searcher(k, slot);
      if (!queries.data) {
        // All points, as they stand in the grid.
        const std::uint32_t* index = grid_.index();
        for (std::int64_t i = first; i < last; ++i) {
          if (i + ahead < last) {
            if (grid_.root().child_count > 0) points_.prefetch(index[i + ahead]);
            prefetch_row(indices, index[i + ahead]);
          }
          answer(search.find_kept(static_cast<std::uint32_t>(i), with_distances), index[i]);
        }
        return;
      }
      const Task* tasks = ordered_tasks(first, last, slot, [&](std::int64_t row) {
        return static_cast<std::uint32_t>(read_index(queries, row, 0));
      });
      for (std::int64_t i = 0; i < last - first; ++i) {
        if (i + ahead < last - first) points_.prefetch(tasks[i + ahead].point);
        answer(search.find(tasks[i].point, with_distances), first + tasks[i].row);
      }
    });
  }

 private:
  // Calls body(first, last, slot) for blocks of rows; tells progress between rounds of them.
  template <class Body>
  void each_block(std::int64_t rows, Body&& body) const {
    const std::int64_t threads = arena_.num_threads();
    const std::int64_t size =
        std::clamp(rows / (threads * blocks_a_thread) + 1, min_block_rows, plan_.block_rows);
    const std::int64_t blocks = (rows + size - 1) / size;
    const std::int64_t round = threads * blocks_a_round;
    callbacks_.progress(0.0);
    for (std::int64_t done = 0; done < blocks; done += round) {
      const std::int64_t count = std::min(round, blocks - done);
      arena_.parallel_for(count, [&](std::int64_t n, int slot) {
        const std::int64_t first = (done + n) * size;
        body(first, std::min(rows, first + size), slot);
      });
      callbacks_.progress(static_cast<double>(done + count) / static_cast<double>(blocks));
    }
  }

  // Rows of one block in an order in which queries that follow each other lie near each other.
  template <class PointOf>
  const Task* ordered_tasks(std::int64_t first, std::int64_t last, int slot,
                            const PointOf& point_of) {
    Task* tasks = tasks_.data() + 2 * plan_.block_rows * slot;
    Task* given = tasks + plan_.block_rows;
    std::uint32_t* next = stripes_.data() + max_stripes * slot;
    const GridNode& root = grid_.root();
    if (root.plain) {
      for (std::int64_t row = first; row < last; ++row) {
        tasks[row - first] = {point_of(row), static_cast<std::uint32_t>(row - first)};
      }
      return tasks;
    }
    std::int64_t shift = 0;
    while ((root.grid.cells() >> shift) >= max_stripes) ++shift;
    std::fill_n(next, max_stripes, 0U);
    const auto stripe_of = [&](std::uint32_t point) {
      const Point p = points_[point];
      return root.grid.cell(root.grid.quantum(p.x, 0), root.grid.quantum(p.y, 1)) >> shift;
    };
    for (std::int64_t row = first; row < last; ++row) {
      const std::uint32_t point = point_of(row);
      given[row - first] = {point, static_cast<std::uint32_t>(stripe_of(point))};
      ++next[given[row - first].row];
    }
    std::uint32_t sum = 0;
    for (std::int64_t s = 0; s < max_stripes; ++s) {
      const std::uint32_t count = next[s];
      next[s] = sum;
      sum += count;
    }
    for (std::int64_t i = 0; i < last - first; ++i) {
      tasks[next[given[i].row]++] = {given[i].point, static_cast<std::uint32_t>(i)};
    }
    return tasks;
  }

  NeighbourSearch searcher(std::int64_t k, int slot) {
    return {grid_, points_, loops_, k, found_.data() + plan_.neighbours * slot};
  }

  GroupSettings settings_;
  GroupMemoryPlan plan_;
  const Callbacks& callbacks_;
  const Arena& arena_;
  const GroupLoops& loops_;
  PointSource points_;
  PointGrid grid_;
  Buffer<Neighbour> found_;
  Buffer<std::int64_t> numbers_;
  Buffer<Task> tasks_;
  Buffer<std::uint32_t> stripes_;
};

}  // namespace

std::uint64_t group_engine_bytes(const GroupSettings& settings, const BackendSettings& backend,
                                 int threads) {
  return GroupMemoryPlan(settings, backend, threads).bytes();
}

std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings,
                                               const BackendSettings& backend, const Arena& arena,
                                               const GroupLoops& loops) {
  const GroupMemoryPlan plan(settings, backend, arena.num_threads());
  return std::make_unique<CpuGroupEngine>(settings, plan, backend, arena, loops);
}

}  // namespace ppatch
