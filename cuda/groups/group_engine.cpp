// SPDX-License-Identifier: Apache-2.0
#include "cuda/groups/group_engine.hpp"

#include <algorithm>

#include "core/memory_budget.hpp"
#include "cuda/runtime/host_span.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t min_searches = 256;
// Enough to keep a card busy.
constexpr std::int64_t max_searches = std::int64_t{1} << 18;
constexpr std::uint64_t min_piece = std::uint64_t{1} << 12;
constexpr std::uint64_t max_piece = std::uint64_t{8} << 20;
constexpr std::uint64_t max_chunk_bytes = std::uint64_t{64} << 20;
// Of a copy of host points.
constexpr std::int64_t bytes_a_point = 16;

std::int64_t element_of(DType dtype) { return dtype == DType::i32 || dtype == DType::f32 ? 4 : 8; }

template <class Body>
void run_each(const Body& body, std::int64_t count, device::Stream stream) {
  const EachPiece<Body> kernel{body, count};
  device::launch(kernel, kernel.blocks(), stream);
}

HostLayout layout_of(const IndexView& view, std::int64_t rows) {
  const std::int64_t size = element_of(view.dtype);
  HostLayout layout;
  layout.data = static_cast<unsigned char*>(view.data);
  layout.element = size;
  layout.add(rows, view.stride_row * size);
  layout.add(view.size, view.stride_column * size);
  return layout;
}

HostLayout layout_of(const CoordinateResultView& view, std::int64_t rows, std::int64_t columns,
                     std::int64_t axes) {
  const std::int64_t size = element_of(view.dtype);
  HostLayout layout;
  layout.data = static_cast<unsigned char*>(view.data);
  layout.element = size;
  layout.add(rows, view.stride_row * size);
  layout.add(columns, view.stride_column * size);
  if (axes > 1) layout.add(axes, view.stride_axis * size);
  return layout;
}

}  // namespace

std::uint64_t GroupMemoryPlan::total_bytes() const {
  return PointIndex::bytes_of(capacity) + static_cast<std::uint64_t>(capacity * bytes_a_point) +
         DeviceBuffer<double>::bytes_of(neighbours * searches) +
         DeviceBuffer<std::uint32_t>::bytes_of(neighbours * searches) +
         DeviceBuffer<std::int64_t>::bytes_of(DrawRow::numbers_of(members) * searches) +
         2 * piece_bytes;
}

GroupMemoryPlan GroupMemoryPlan::within(const GroupSettings& s, std::uint64_t budget) {
  GroupMemoryPlan layout;
  layout.capacity = s.capacity;
  layout.neighbours = std::max<std::int64_t>(1, std::min(s.neighbours, s.capacity - 1));
  layout.members = s.members;
  layout.searches = min_searches;
  layout.piece_bytes = min_piece;
  require_budget(layout.total_bytes(), budget);
  const std::uint64_t base = layout.total_bytes();
  const std::uint64_t room = (budget - base) / 2;
  layout.piece_bytes = std::clamp(room / 8, min_piece, max_piece);
  while (layout.searches < std::min(max_searches, s.capacity)) {
    layout.searches *= 2;
    if (layout.total_bytes() - base <= room) continue;
    layout.searches /= 2;
    break;
  }
  layout.left = budget - layout.total_bytes();
  return layout;
}

// Views of some rows of a call's arrays. What is asked for is on the device; outputs that were
// copies are fetched in the end.
class CudaGroupEngine::RowArrays {
 public:
  RowArrays(CudaGroupEngine& engine, std::int64_t rows) : engine_(engine), rows_(rows) {}

  static bool copied(const void* data, std::int64_t rows) {
    return data && rows > 0 && !device::reaches(data);
  }
  std::uint64_t bytes_a_row(const IndexView& view) const {
    return copied(view.data, rows_) ? view.size * element_of(view.dtype) : 0;
  }
  std::uint64_t bytes_a_row(const CoordinateResultView& view, std::int64_t values) const {
    return copied(view.data, rows_) ? values * element_of(view.dtype) : 0;
  }

  IndexView take(Slot slot, const char* name, IndexView view, const Rows& rows, bool output) {
    if (!view.data) return view;
    const bool copy = copied(view.data, rows_);
    view.data = static_cast<unsigned char*>(view.data) +
                rows.first * view.stride_row * element_of(view.dtype);
    view.count = rows.count();
    if (!copy) return view;
    const HostLayout layout = layout_of(view, rows.count());
    view.data = to_device(slot, name, layout, output);
    view.stride_row = view.size;
    view.stride_column = 1;
    return view;
  }
  CoordinateResultView take(Slot slot, const char* name, CoordinateResultView view,
                            std::int64_t columns, std::int64_t axes, const Rows& rows) {
    if (!view.data) return view;
    const bool copy = copied(view.data, rows_);
    view.data = static_cast<unsigned char*>(view.data) +
                rows.first * view.stride_row * element_of(view.dtype);
    if (!copy) return view;
    const HostLayout layout = layout_of(view, rows.count(), columns, axes);
    view.data = to_device(slot, name, layout, true);
    view.stride_row = columns * axes;
    view.stride_column = axes;
    view.stride_axis = 1;
    return view;
  }
  void fetch() {
    for (int n = 0; n < fetches_; ++n) {
      engine_.staging_.download(from_[n], to_[n], engine_.stream_.get());
    }
    fetches_ = 0;
  }

 private:
  void* to_device(Slot slot, const char* name, const HostLayout& layout, bool output) {
    void* const memory =
        engine_.copies_.take(slot, name, layout.packed_bytes(), engine_.stream_.get());
    if (output) {
      from_[fetches_] = memory;
      to_[fetches_++] = layout;
    } else {
      engine_.staging_.upload(layout, memory, engine_.stream_.get());
    }
    return memory;
  }

  CudaGroupEngine& engine_;
  std::int64_t rows_;
  int fetches_ = 0;
  const void* from_[4] = {};
  HostLayout to_[4];
};

CudaGroupEngine::CudaGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& layout,
                                 const Machine& machine)
    : settings_(settings),
      layout_(layout),
      machine_(machine),
      index_(machine, layout.capacity),
      squared_distances_(machine.allocator, layout.neighbours * layout.searches),
      found_(machine.allocator, layout.neighbours * layout.searches),
      numbers_(machine.allocator, DrawRow::numbers_of(layout.members) * layout.searches),
      points_copy_(machine.allocator, layout.capacity * bytes_a_point),
      staging_(layout.piece_bytes),
      copies_(machine, layout.left) {}

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
  if (RowArrays::copied(given.data, given.count)) {
    const std::int64_t size = element_of(given.dtype);
    // The old points' copy is kept where one of the new ones is none.
    PointIndex::check(PointSource(given, settings_.axes));
    HostLayout layout;
    layout.data = static_cast<unsigned char*>(const_cast<void*>(given.data));
    layout.element = size;
    layout.add(given.count, given.stride_point * size);
    layout.add(2, given.stride_axis * size);
    staging_.upload(layout, points_copy_.data(), stream_.get());
    view.data = points_copy_.data();
    view.stride_point = 2;
    view.stride_axis = 1;
  }
  const PointSource points(view, settings_.axes);
  index_.build(points, stream_.get());
  points_ = points;
}

void CudaGroupEngine::set_stream(void* stream) {
  const device::Selection selected(machine_.settings.device);
  stream_.set(stream);
}

template <class Body>
void CudaGroupEngine::each_chunk(std::int64_t rows, std::int64_t size, Body&& body) const {
  machine_.callbacks().progress(0.0);
  for (std::int64_t first = 0; first < rows; first += size) {
    const Rows chunk{first, std::min(rows, first + size)};
    body(chunk);
    machine_.callbacks().progress(static_cast<double>(chunk.last) / static_cast<double>(rows));
  }
}

std::int64_t CudaGroupEngine::chunk_size(std::uint64_t bytes_a_row, std::int64_t most) const {
  if (bytes_a_row == 0) return most;
  const std::uint64_t room = std::min(copies_.left(), max_chunk_bytes);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(room / bytes_a_row), 1, most);
}

NeighbourQuery CudaGroupEngine::query(std::int64_t k) const {
  return {points_, index_.tree(), k, {squared_distances_.data(), found_.data(), layout_.searches}};
}

GroupCoordinates CudaGroupEngine::group_coordinates() const {
  return {points_, settings_.axes == Axes::yx ? 0 : 1, settings_.to_offset};
}

void CudaGroupEngine::draw(const GroupRequest& request) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  const std::int64_t c = settings_.members;
  DrawRow row;
  row.draw = GroupDraw(settings_.seed, index_.count(), request.total, settings_.neighbours,
                       settings_.chosen(), settings_.sequential);
  row.query = query(row.draw.neighbours);
  row.coordinates = group_coordinates();
  row.order = settings_.order;
  row.gridsize = settings_.gridsize;
  row.members = c;
  row.numbers = numbers_.data();
  const std::int64_t rows = request.indices.count;
  RowArrays arrays(*this, rows);
  const std::uint64_t bytes =
      arrays.bytes_a_row(request.indices) + arrays.bytes_a_row(request.centres) +
      arrays.bytes_a_row(request.offsets, 2) + arrays.bytes_a_row(request.relative, 2 * c);
  each_chunk(rows, chunk_size(bytes, layout_.searches), [&](const Rows& chunk) {
    row.first = request.first + chunk.first;
    row.indices = arrays.take(indices_slot, "indices", request.indices, chunk, true);
    row.centres = arrays.take(centres_slot, "centres", request.centres, chunk, true);
    row.offsets = arrays.take(offsets_slot, "offsets", request.offsets, 2, 1, chunk);
    row.relative = arrays.take(relative_slot, "relative", request.relative, c, 2, chunk);
    run_each(row, chunk.count(), stream_.get());
    arrays.fetch();
  });
}

void CudaGroupEngine::check_indices(const char* name, const IndexView& view) {
  const HostSpan on_host(view.data, element_of(view.dtype),
                         {{view.count, view.stride_row}, {view.size, view.stride_column}},
                         stream_.get());
  IndexView read = view;
  read.data = const_cast<void*>(on_host.data());
  for (std::int64_t row = 0; row < view.count; ++row) {
    for (std::int64_t column = 0; column < view.size; ++column) {
      const std::int64_t index = read_index(read, row, column);
      if (index >= 0 && index < index_.count()) continue;
      const std::string place = view.size > 1 ? text_of(row, ", ", column) : text_of(row);
      invalid(name, "[", place, "]: expected the number of one of the ", index_.count(),
              " points, got ", index);
    }
  }
}

void CudaGroupEngine::coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                                  const CoordinateResultView& relative) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  check_indices("indices", indices);
  RowArrays arrays(*this, indices.count);
  const std::uint64_t bytes = arrays.bytes_a_row(indices) + arrays.bytes_a_row(offsets, 2) +
                              arrays.bytes_a_row(relative, 2 * indices.size);
  CoordinatesRow row;
  row.coordinates = group_coordinates();
  each_chunk(indices.count, chunk_size(bytes, max_searches), [&](const Rows& chunk) {
    row.indices = arrays.take(indices_slot, "indices", indices, chunk, false);
    row.offsets = arrays.take(offsets_slot, "offsets", offsets, 2, 1, chunk);
    row.relative = arrays.take(relative_slot, "relative", relative, indices.size, 2, chunk);
    run_each(row, chunk.count(), stream_.get());
    arrays.fetch();
  });
}

void CudaGroupEngine::neighbours(const IndexView& queries, const IndexView& indices,
                                 const CoordinateResultView& squared_distances) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  if (queries.data) check_indices("queries", queries);
  const std::int64_t k = settings_.neighbours;
  RowArrays arrays(*this, indices.count);
  const std::uint64_t bytes = arrays.bytes_a_row(queries) + arrays.bytes_a_row(indices) +
                              arrays.bytes_a_row(squared_distances, k);
  NeighboursRow row;
  row.query = query(k);
  each_chunk(indices.count, chunk_size(bytes, layout_.searches), [&](const Rows& chunk) {
    row.first = chunk.first;
    row.queries = arrays.take(queries_slot, "queries", queries, chunk, false);
    row.indices = arrays.take(indices_slot, "indices", indices, chunk, true);
    row.squared_distances =
        arrays.take(distances_slot, "squared_distances", squared_distances, k, 1, chunk);
    run_each(row, chunk.count(), stream_.get());
    arrays.fetch();
  });
}

}  // namespace ppatch
