// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/group_engine.hpp"

#include <algorithm>

#include "core/groups/group_jobs.hpp"
#include "core/memory_budget.hpp"
#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/groups/point_index.hpp"
#include "cuda/runtime/call_memory.hpp"
#include "cuda/runtime/chunks.hpp"
#include "cuda/runtime/device_engine.hpp"

namespace ppatch {
namespace {

// Of rows that are worked on at a time: enough to keep a card busy.
constexpr std::int64_t max_searches = std::int64_t{1} << 18;
// Of a copy of host points.
constexpr std::int64_t bytes_a_point = 16;

constexpr std::int64_t min_searches = 256;
constexpr std::uint64_t min_piece = std::uint64_t{1} << 12;
constexpr std::uint64_t max_piece = std::uint64_t{8} << 20;

// How a group plan's memory is laid out under a budget.
struct GroupMemoryPlan {
  std::int64_t capacity = 0;      // points
  std::int64_t neighbours = 0;    // of a search
  std::int64_t members = 0;       // of a group
  std::int64_t searches = 0;      // at a time
  std::uint64_t piece_bytes = 0;  // of each of two pinned buffers
  std::uint64_t left = 0;         // of the budget, for copies of host arrays

  std::uint64_t total_bytes() const {
    return PointIndex::bytes_of(capacity) + static_cast<std::uint64_t>(capacity * bytes_a_point) +
           DeviceBuffer<Neighbour>::bytes_of(FoundNeighbours::entries_of(neighbours) * searches) +
           DeviceBuffer<std::int64_t>::bytes_of(GroupRow::numbers_of(members) * searches) +
           2 * piece_bytes;
  }

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static GroupMemoryPlan within(const GroupSettings& s, std::uint64_t budget) {
    GroupMemoryPlan plan;
    plan.capacity = s.capacity;
    plan.neighbours = std::max<std::int64_t>(1, std::min(s.neighbours, s.capacity - 1));
    plan.members = s.members;
    plan.searches = min_searches;
    plan.piece_bytes = min_piece;
    require_budget(plan.total_bytes(), budget);
    const std::uint64_t base = plan.total_bytes();
    const std::uint64_t room = (budget - base) / 2;
    plan.piece_bytes = std::clamp(room / 8, min_piece, max_piece);
    while (plan.searches < std::min(max_searches, s.capacity)) {
      plan.searches *= 2;
      if (plan.total_bytes() - base <= room) continue;
      plan.searches /= 2;
      break;
    }
    plan.left = budget - plan.total_bytes();
    return plan;
  }
};

// Groups of one plan on a device: a thread does a row, as many at a time as there is room for.
class CudaGroupEngine final : public DeviceEngine<GroupEngine> {
 public:
  CudaGroupEngine(const GroupSettings& settings, const Machine& machine)
      : DeviceEngine(machine),
        settings_(settings),
        plan_(GroupMemoryPlan::within(settings, machine.settings.memory_budget)),
        index_(machine, plan_.capacity),
        found_(machine.allocator, FoundNeighbours::entries_of(plan_.neighbours) * plan_.searches),
        numbers_(machine.allocator, GroupRow::numbers_of(plan_.members) * plan_.searches),
        points_copy_(machine.allocator, plan_.capacity * bytes_a_point),
        memory_(machine, plan_.piece_bytes, plan_.left) {}

  ~CudaGroupEngine() override { stream_.drain(machine_.settings.device); }

  void set_points(const PointView& given) override {
    const device::Selection selected(machine_.settings.device);
    const StreamUse stream(stream_);
    PointView view = given;
    const auto array = array_of("points", given);
    if (array.is_on_host()) {
      // The old points' copy is kept where one of the new ones is none.
      PointIndex::check(PointSource(given, settings_.axes));
      memory_.uploads.upload(array.bytes, points_copy_.data(), stream.get());
      view = array.packed_at(points_copy_.data(), 0, given.count);
    }
    index_.build(view, settings_.axes, stream.get());
    points_ = PointSource(view, settings_.axes);
  }

  std::uint64_t scratch_bytes() const override { return plan_.total_bytes() + memory_.bytes(); }

  void draw(const GroupRequest& request) override {
    DeviceCall call("ptychopatch draw", machine_, memory_, stream_);
    const std::int64_t c = settings_.members;
    const std::int64_t rows = request.indices.count;
    DrawRow row;
    row.group = group_row(settings_, points_, request);
    row.query = query(row.group.draw.neighbours);
    row.memory = memory_of_rows();
    row.numbers = numbers_.data();
    Chunks chunks(call, rows);
    const auto indices = chunks.array(array_of("indices", request.indices), Access::write);
    const auto centres = chunks.array(array_of("centres", request.centres), Access::write);
    const auto offsets =
        chunks.array(array_of("offsets", request.offsets, rows, 2, 1), Access::write);
    const auto relative =
        chunks.array(array_of("relative", request.relative, rows, c, 2), Access::write);
    chunks.run(plan_.searches, [&](const Chunk& chunk) {
      row.group.first = request.first + chunk.first;
      row.group.indices = indices(chunk);
      row.group.centres = centres(chunk);
      row.group.offsets = offsets(chunk);
      row.group.relative = relative(chunk);
      search(call, row, chunk.count());
    });
  }

  void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                   const CoordinateResultView& relative) override {
    DeviceCall call("ptychopatch coordinates", machine_, memory_, stream_);
    CoordinatesRow row;
    row.coordinates = group_coordinates(settings_, points_);
    Chunks chunks(call, indices.count);
    const auto read = chunks.array(array_of("indices", indices), Access::read);
    const auto first =
        chunks.array(array_of("offsets", offsets, indices.count, 2, 1), Access::write);
    const auto second =
        chunks.array(array_of("relative", relative, indices.count, indices.size, 2), Access::write);
    chunks.run(max_searches, [&](const Chunk& chunk) {
      row.indices = read(chunk);
      row.offsets = first(chunk);
      row.relative = second(chunk);
      call.run_each(row, chunk.count());
    });
  }

  void neighbours(const IndexView& queries, const IndexView& indices,
                  const CoordinateResultView& squared_distances) override {
    DeviceCall call("ptychopatch neighbours", machine_, memory_, stream_);
    const std::int64_t k = settings_.neighbours;
    NeighboursRow row;
    row.query = query(k);
    row.memory = memory_of_rows();
    Chunks chunks(call, indices.count);
    const auto read = chunks.array(array_of("queries", queries), Access::read);
    const auto found = chunks.array(array_of("indices", indices), Access::write);
    const auto distances = chunks.array(
        array_of("squared_distances", squared_distances, indices.count, k, 1), Access::write);
    // Rows in another order need them all where they lie.
    row.along_curve = !queries.data && !chunks.has_copies();
    chunks.run(plan_.searches, [&](const Chunk& chunk) {
      const Chunk rows = row.along_curve ? Chunk{0, indices.count} : chunk;
      row.first = chunk.first;
      row.queries = read(chunk);
      row.indices = found(rows);
      row.squared_distances = distances(rows);
      search(call, row, chunk.count());
    });
  }

 private:
  NeighbourQuery query(std::int64_t k) const { return {points_, index_.tree(), k}; }
  FoundNeighbours memory_of_rows() const { return {found_.data(), plan_.searches}; }

  template <class Row>
  static void search(const DeviceCall& call, const Row& row, std::int64_t count) {
    if (row.query.k <= EachSearch<Row>::max_neighbours) {
      call.run(EachSearch<Row>{row, count});
    } else {
      call.run_each(row, count);
    }
  }

  GroupSettings settings_;
  GroupMemoryPlan plan_;
  PointIndex index_;
  PointSource points_;  // on the device
  DeviceBuffer<Neighbour> found_;
  DeviceBuffer<std::int64_t> numbers_;
  DeviceBuffer<unsigned char> points_copy_;
  CallMemory memory_;
};

}  // namespace

std::uint64_t group_engine_bytes(const GroupSettings& settings, const Machine& machine) {
  return GroupMemoryPlan::within(settings, machine.settings.memory_budget).total_bytes();
}

std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings,
                                               const Machine& machine) {
  return std::make_unique<CudaGroupEngine>(settings, machine);
}

}  // namespace ppatch
