// SPDX-License-Identifier: Apache-2.0
#include "cpu/groups/group_engine.hpp"

#include <algorithm>

#include "core/memory_budget.hpp"
#include "cpu/groups/group_writer.hpp"
#include "cpu/groups/neighbour_search.hpp"
#include "cpu/groups/point_grid.hpp"
#include "cpu/host_engine.hpp"
#include "kernels/groups/group_draw.hpp"

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
  PointGrid::Layout grid;
  std::int64_t members = 0;  // room of a thread for numbers
  std::int64_t block_rows = 0;
  std::int64_t slots = 0;

  GroupMemoryPlan(const GroupSettings& s, const BackendSettings& backend, int threads)
      : neighbours(std::max<std::int64_t>(1, std::min(s.neighbours, s.capacity - 1))),
        grid(s.capacity, neighbours, threads),
        slots(threads) {
    members = 3 * s.members + 2;
    block_rows = std::clamp(s.capacity, min_block_rows, max_block_rows);
    while (block_rows > min_block_rows && bytes() > backend.memory_budget) {
      block_rows = std::max(block_rows / 2, min_block_rows);
    }
    require_budget(bytes(), backend.memory_budget);
  }

  std::uint64_t bytes() const {
    return grid.bytes() + Buffer<Neighbour>::bytes_of(neighbours * slots) +
           Buffer<std::int64_t>::bytes_of(members * slots) +
           Buffer<Task>::bytes_of(2 * block_rows * slots) +
           Buffer<std::uint32_t>::bytes_of(max_stripes * slots);
  }
};

class CpuGroupEngine final : public HostEngine<GroupEngine> {
 public:
  CpuGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& layout,
                 const BackendSettings& backend, const Arena& arena, const GroupLoops& loops)
      : settings_(settings),
        layout_(layout),
        callbacks_(*backend.callbacks),
        arena_(arena),
        loops_(loops),
        grid_(layout.grid, layout.neighbours, *backend.allocator),
        found_(*backend.allocator, layout.neighbours * layout.slots),
        numbers_(*backend.allocator, layout.members * layout.slots),
        tasks_(*backend.allocator, 2 * layout.block_rows * layout.slots),
        stripes_(*backend.allocator, max_stripes * layout.slots) {}

  void set_points(const PointView& points) override {
    const PointSource source(points, settings_.axes);
    grid_.build(source, arena_);
    points_ = source;
  }
  std::uint64_t scratch_bytes() const override { return layout_.bytes(); }

  void draw(const GroupRequest& request) override;
  void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                   const CoordinateResultView& relative) override;
  void neighbours(const IndexView& queries, const IndexView& indices,
                  const CoordinateResultView& squared_distances) override;

 private:
  template <class Body>
  void each_block(std::int64_t rows, Body&& body) const;
  template <class PointOf>
  const Task* ordered_tasks(std::int64_t first, std::int64_t last, int slot,
                            const PointOf& point_of);
  NeighbourSearch searcher(std::int64_t k, int slot) {
    return {grid_, points_, loops_, k, found_.data() + layout_.neighbours * slot};
  }
  std::int64_t* numbers(int slot) { return numbers_.data() + layout_.members * slot; }

  GroupSettings settings_;
  GroupMemoryPlan layout_;
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

// Calls body(first, last, slot) for blocks of rows; tells progress between rounds of them.
template <class Body>
void CpuGroupEngine::each_block(std::int64_t rows, Body&& body) const {
  const std::int64_t threads = arena_.num_threads();
  const std::int64_t size =
      std::clamp(rows / (threads * blocks_a_thread) + 1, min_block_rows, layout_.block_rows);
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
const Task* CpuGroupEngine::ordered_tasks(std::int64_t first, std::int64_t last, int slot,
                                          const PointOf& point_of) {
  Task* tasks = tasks_.data() + 2 * layout_.block_rows * slot;
  Task* given = tasks + layout_.block_rows;
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

void CpuGroupEngine::draw(const GroupRequest& request) {
  const std::int64_t c = settings_.members;
  const GroupDraw draw(settings_.seed, grid_.count(), request.total, settings_.neighbours,
                       settings_.chosen(), settings_.sequential);
  const bool has_centre = draw.chosen < c;
  const GroupWriter writer(points_, settings_);
  each_block(request.indices.count, [&](std::int64_t first, std::int64_t last, int slot) {
    const Task* tasks = ordered_tasks(first, last, slot, [&](std::int64_t row) {
      return static_cast<std::uint32_t>(draw.centre(request.first + row));
    });
    NeighbourSearch search = searcher(draw.neighbours, slot);
    std::int64_t* members = numbers(slot);
    std::int64_t* chosen = members + c + 1;
    for (std::int64_t i = 0; i < last - first; ++i) {
      if (i + ahead < last - first) points_.prefetch(tasks[i + ahead].point);
      const std::int64_t row = first + tasks[i].row;
      std::int64_t count = 0;
      if (has_centre) members[count++] = tasks[i].point;
      if (draw.chosen > 0) {
        const Neighbour* found = search.find(tasks[i].point, false);
        draw.members(request.first + row, chosen + c, chosen);
        if (settings_.order == GroupOrder::by_distance) std::sort(chosen, chosen + draw.chosen);
        for (std::int64_t j = 0; j < draw.chosen; ++j) members[count++] = found[chosen[j]].index;
        if (settings_.order == GroupOrder::by_position) {
          writer.sort_by_position(members, settings_.gridsize);
        }
      }
      for (std::int64_t j = 0; j < c; ++j) write_index(request.indices, row, j, members[j]);
      if (request.centres.data) write_index(request.centres, row, 0, tasks[i].point);
      writer.write_coordinates(row, members, c, request.offsets, request.relative);
    }
  });
}

void CpuGroupEngine::coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                                 const CoordinateResultView& relative) {
  const GroupWriter writer(points_, settings_);
  each_block(indices.count, [&](std::int64_t first, std::int64_t last, int) {
    for (std::int64_t row = first; row < last; ++row) {
      writer.write_coordinates(row, indices, offsets, relative);
    }
  });
}

void CpuGroupEngine::neighbours(const IndexView& queries, const IndexView& indices,
                                const CoordinateResultView& squared_distances) {
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

}  // namespace

std::uint64_t group_engine_bytes(const GroupSettings& settings, const BackendSettings& backend,
                                 int threads) {
  return GroupMemoryPlan(settings, backend, threads).bytes();
}

std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings,
                                               const BackendSettings& backend, const Arena& arena,
                                               const GroupLoops& loops) {
  const GroupMemoryPlan layout(settings, backend, arena.num_threads());
  return std::make_unique<CpuGroupEngine>(settings, layout, backend, arena, loops);
}

}  // namespace ppatch
