// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/group_engine.hpp"

#include "cuda/runtime/chunks.hpp"

namespace ppatch {

CudaGroupEngine::CudaGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& plan,
                                 const Machine& machine)
    : settings_(settings),
      plan_(plan),
      machine_(machine),
      index_(machine, plan.capacity),
      squared_distances_(machine.allocator, plan.neighbours * plan.searches),
      found_(machine.allocator, plan.neighbours * plan.searches),
      numbers_(machine.allocator, DrawRow::numbers_of(plan.members) * plan.searches),
      points_copy_(machine.allocator, plan.capacity * bytes_a_point),
      memory_(machine, plan.piece_bytes, plan.left) {}

CudaGroupEngine::~CudaGroupEngine() {
  try {
    const device::Selection selected(machine_.settings.device);
    device::synchronize(stream_.get());
  } catch (const Error&) {
  }
}

void CudaGroupEngine::set_points(const PointView& given) {
  const device::Selection selected(machine_.settings.device);
  PointView view = given;
  const auto array = array_of("points", given);
  if (array.is_on_host()) {
    // The old points' copy is kept where one of the new ones is none.
    PointIndex::check(PointSource(given, settings_.axes));
    memory_.staging.upload(array.bytes, points_copy_.data(), stream_.get());
    view = array.packed_at(points_copy_.data(), 0, given.count);
  }
  index_.build(view, settings_.axes, stream_.get());
  points_ = PointSource(view, settings_.axes);
}

void CudaGroupEngine::set_stream(void* stream) {
  const device::Selection selected(machine_.settings.device);
  stream_.set(stream);
}

void CudaGroupEngine::read_to_host(const void* from, std::uint64_t bytes, void* to) {
  const device::Selection selected(machine_.settings.device);
  device::copy_to_host(to, from, bytes, stream_.get());
  device::synchronize(stream_.get());
}

NeighbourQuery CudaGroupEngine::query(std::int64_t k) const {
  return {points_, index_.tree(), k, {squared_distances_.data(), found_.data(), plan_.searches}};
}

GroupCoordinates CudaGroupEngine::group_coordinates() const {
  return {points_, settings_.axes == Axes::yx ? 0 : 1, settings_.to_offset};
}

void CudaGroupEngine::draw(const GroupRequest& request) {
  DeviceCall call(machine_, memory_, stream_.get());
  const std::int64_t c = settings_.members;
  const std::int64_t rows = request.indices.count;
  DrawRow row;
  row.draw = GroupDraw(settings_.seed, index_.count(), request.total, settings_.neighbours,
                       settings_.chosen(), settings_.sequential);
  row.query = query(row.draw.neighbours);
  row.coordinates = group_coordinates();
  row.order = settings_.order;
  row.gridsize = settings_.gridsize;
  row.members = c;
  row.numbers = numbers_.data();
  Chunks chunks(call, rows);
  const auto indices = chunks.array(array_of("indices", request.indices), Access::write);
  const auto centres = chunks.array(array_of("centres", request.centres), Access::write);
  const auto offsets =
      chunks.array(array_of("offsets", request.offsets, rows, 2, 1), Access::write);
  const auto relative =
      chunks.array(array_of("relative", request.relative, rows, c, 2), Access::write);
  chunks.run(plan_.searches, [&](const Chunk& chunk) {
    row.first = request.first + chunk.first;
    row.indices = indices(chunk);
    row.centres = centres(chunk);
    row.offsets = offsets(chunk);
    row.relative = relative(chunk);
    call.run_each(row, chunk.count());
  });
}

void CudaGroupEngine::coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                                  const CoordinateResultView& relative) {
  DeviceCall call(machine_, memory_, stream_.get());
  CoordinatesRow row;
  row.coordinates = group_coordinates();
  Chunks chunks(call, indices.count);
  const auto read = chunks.array(array_of("indices", indices), Access::read);
  const auto first = chunks.array(array_of("offsets", offsets, indices.count, 2, 1), Access::write);
  const auto second =
      chunks.array(array_of("relative", relative, indices.count, indices.size, 2), Access::write);
  chunks.run(max_searches, [&](const Chunk& chunk) {
    row.indices = read(chunk);
    row.offsets = first(chunk);
    row.relative = second(chunk);
    call.run_each(row, chunk.count());
  });
}

void CudaGroupEngine::neighbours(const IndexView& queries, const IndexView& indices,
                                 const CoordinateResultView& squared_distances) {
  DeviceCall call(machine_, memory_, stream_.get());
  const std::int64_t k = settings_.neighbours;
  NeighboursRow row;
  row.query = query(k);
  Chunks chunks(call, indices.count);
  const auto read = chunks.array(array_of("queries", queries), Access::read);
  const auto found = chunks.array(array_of("indices", indices), Access::write);
  const auto distances = chunks.array(
      array_of("squared_distances", squared_distances, indices.count, k, 1), Access::write);
  chunks.run(plan_.searches, [&](const Chunk& chunk) {
    row.first = chunk.first;
    row.queries = read(chunk);
    row.indices = found(chunk);
    row.squared_distances = distances(chunk);
    call.run_each(row, chunk.count());
  });
}

}  // namespace ppatch
