// SPDX-License-Identifier: Apache-2.0
#include "faults/every_call.hpp"

#include <cmath>
#include <complex>
#include <cstring>
#include <numeric>
#include <random>
#include <stdexcept>

namespace {

constexpr std::int64_t kSize = 40, kCount = 24, kPatch = 8, kModes = 2;
constexpr std::int64_t kPoints = 120, kNeighbours = 7, kGroup = 4;
constexpr std::int64_t kSide = 96, kImages = 2, kTiles = 25;

void require(ppatch_status status) {
  if (status != PPATCH_OK) throw std::runtime_error(ppatch_last_error());
}

}  // namespace

struct EveryCall::Data {
  using Complex = std::complex<double>;

  explicit Data(std::uint64_t seed) : random(seed) {
    std::uniform_real_distribution<double> unit(-1.0, 1.0);
    for (std::vector<Complex>* values : {&image, &patches, &probe, &waves}) {
      for (Complex& value : *values) value = {unit(random), unit(random)};
    }
    for (double& value : where) value = 16.0 + 15.0 * unit(random);
    for (std::size_t i = 0; i < where.size(); ++i) {
      integer[i] = static_cast<std::int32_t>(std::floor(where[i]));
      fraction[i] = where[i] - std::floor(where[i]);
    }
    for (double& value : points) value = 100.0 * unit(random);
    std::iota(queries.begin(), queries.end(), 0);
    make_images(unit);
  }

  // A picture with structure at every scale, and the same moved by (3, 2) pixels.
  void make_images(std::uniform_real_distribution<double>& unit) {
    std::vector<double> picture(still.size());
    for (int scale : {1, 3, 9}) {
      for (std::int64_t y = 0; y < kSide; y += scale) {
        for (std::int64_t x = 0; x < kSide; x += scale) {
          const double value = unit(random) * scale;
          for (std::int64_t v = y; v < std::min(kSide, y + scale); ++v) {
            for (std::int64_t u = x; u < std::min(kSide, x + scale); ++u) {
              picture[static_cast<std::size_t>(v * kSide + u)] += value;
            }
          }
        }
      }
    }
    for (std::int64_t y = 0; y < kSide; ++y) {
      for (std::int64_t x = 0; x < kSide; ++x) {
        const auto at = static_cast<std::size_t>(y * kSide + x);
        const auto from = static_cast<std::size_t>((y + 3) % kSide * kSide + (x + 2) % kSide);
        still[at] = static_cast<std::uint16_t>(2000.0 + 60.0 * picture[at]);
        moved[at] = static_cast<std::uint16_t>(2000.0 + 60.0 * picture[from] + 20.0 * unit(random));
        anchor[at] = 0.25F + 0.01F * static_cast<float>(picture[at]);
        target[at] = 0.5F + 0.02F * static_cast<float>(picture[at] + unit(random));
      }
    }
  }

  template <class T>
  static ppatch_array array(std::vector<T>& values, std::vector<std::int64_t> shape) {
    return ptychopatch::array(values.data(), shape);
  }

  std::mt19937_64 random;
  std::vector<Complex> image = std::vector<Complex>(kSize * kSize);
  std::vector<Complex> patches = std::vector<Complex>(kCount * kPatch * kPatch);
  std::vector<Complex> probe = std::vector<Complex>(kModes * kPatch * kPatch);
  std::vector<Complex> waves = std::vector<Complex>(kCount * kModes * kPatch * kPatch);
  std::vector<double> where = std::vector<double>(2 * kCount), fraction = where;
  std::vector<std::int32_t> integer = std::vector<std::int32_t>(2 * kCount);
  std::vector<std::int64_t> image_index = std::vector<std::int64_t>(kCount);
  std::vector<double> points = std::vector<double>(2 * kPoints);
  std::vector<std::int64_t> queries = std::vector<std::int64_t>(kPoints / 2);
  std::vector<std::int64_t> members = std::vector<std::int64_t>(kPoints * kGroup);
  std::vector<std::uint16_t> still = std::vector<std::uint16_t>(kSide * kSide), moved = still;
  std::vector<float> anchor = std::vector<float>(kSide * kSide), target = anchor;
  ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  ppatch_patch_options patch_options = PPATCH_PATCH_OPTIONS_INIT;
  ppatch_group_options group_options = PPATCH_GROUP_OPTIONS_INIT;
  ppatch_scene_options scene_options = PPATCH_SCENE_OPTIONS_INIT;
  ppatch_patch_plan* patch_plan = nullptr;
  ppatch_group_plan* group_plan = nullptr;
  ppatch_scene_plan* scene_plan = nullptr;
  ppatch_scene_plan* motion_plan = nullptr;

  // Outputs.
  std::vector<Complex> to_patches = patches, to_waves = waves, to_probe = probe;
  std::vector<Complex> to_image = image, to_object = image, to_sum = image;
  std::vector<double> coverage = std::vector<double>(kSize * kSize), cover = coverage;
  std::vector<double> covered = coverage;
  std::vector<double> gradient = where, positions = where;
  std::vector<std::int64_t> indices = std::vector<std::int64_t>(kPoints / 2 * kNeighbours);
  std::vector<double> squares = std::vector<double>(kPoints / 2 * kNeighbours);
  std::vector<std::int64_t> drawn = members;
  std::vector<double> offsets = std::vector<double>(2 * kPoints);
  std::vector<ppatch_shift> shifts = std::vector<ppatch_shift>(kImages);
  std::vector<float> shifted = anchor, normal = anchor;
  std::vector<float> binned = std::vector<float>(3 * kSide * kSide / 4);
  std::vector<std::uint8_t> mask = std::vector<std::uint8_t>(kSide * kSide);
  std::vector<double> numbers = std::vector<double>(3);
  std::vector<ppatch_shift> of_motions = shifts;
  std::vector<ppatch_scene_motion> motions = std::vector<ppatch_scene_motion>(kImages);
  std::vector<ppatch_tile_shift> tiles = std::vector<ppatch_tile_shift>(kImages * kTiles);
  std::vector<ppatch_pair_measures> measures = std::vector<ppatch_pair_measures>(1);
  std::vector<std::uint8_t> measured = std::vector<std::uint8_t>(kSide * kSide / 4);

  template <class Visit>
  void each_output(const Visit& visit) {
    visit(to_patches), visit(to_waves), visit(to_probe), visit(to_image), visit(to_object);
    visit(to_sum), visit(coverage), visit(cover), visit(covered);
    visit(gradient), visit(positions), visit(indices), visit(squares), visit(drawn);
    visit(offsets), visit(shifts), visit(shifted), visit(normal), visit(binned);
    visit(mask), visit(numbers), visit(of_motions), visit(motions), visit(tiles);
    visit(measures), visit(measured);
  }
};

EveryCall::EveryCall(ppatch_context* context, const ppatch_context_options& options,
                     std::uint64_t seed)
    : context_(context), data_(std::make_unique<Data>(seed)) {
  add_common(options);
  add_patches();
  add_groups();
  add_scenes();
  add_pairs();
}

EveryCall::~EveryCall() {
  ppatch_patch_plan_destroy(data_->patch_plan);
  ppatch_group_plan_destroy(data_->group_plan);
  ppatch_scene_plan_destroy(data_->scene_plan);
  ppatch_scene_plan_destroy(data_->motion_plan);
}

void EveryCall::poison() {
  data_->each_output([](auto& values) {
    std::memset(static_cast<void*>(values.data()), 0xa5, values.size() * sizeof values[0]);
  });
}

std::vector<unsigned char> EveryCall::outputs() const {
  std::vector<unsigned char> bytes;
  data_->each_output([&](const auto& values) {
    const auto* begin = reinterpret_cast<const unsigned char*>(values.data());
    bytes.insert(bytes.end(), begin, begin + values.size() * sizeof values[0]);
  });
  return bytes;
}

void EveryCall::add(const char* name, std::function<ppatch_status()> run) {
  calls_.push_back({name, std::move(run)});
}

void EveryCall::add_common(const ppatch_context_options& options) {
  add("ppatch_backend_probe", [] {
    std::int32_t devices = 0;
    return ppatch_backend_probe(PPATCH_BACKEND_CPU, &devices);
  });
  add("ppatch_context_create", [options] {
    ppatch_context* made = nullptr;
    const ppatch_status status = ppatch_context_create(&made, &options);
    ppatch_context_destroy(made);
    return status;
  });
  add("ppatch_context_synchronize", [this] { return ppatch_context_synchronize(context_); });
  add("ppatch_context_get_info", [this] {
    ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
    return ppatch_context_get_info(context_, &info);
  });
}

void EveryCall::add_patches() {
  Data& d = *data_;
  d.patch_options.patch_height = d.patch_options.patch_width = kPatch;
  const ppatch_array where = Data::array(d.where, {kCount, 2});
  const ppatch_array integer = Data::array(d.integer, {kCount, 2});
  const ppatch_array fraction = Data::array(d.fraction, {kCount, 2});
  const ppatch_array index = Data::array(d.image_index, {kCount});
  require(ppatch_patch_plan_create(&d.patch_plan, context_, &where, &d.patch_options));
  // Images are of a batch from then on.
  require(ppatch_patch_plan_set_image_index(d.patch_plan, &index));
  add("ppatch_patch_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_patch_plan_bytes(context_, kCount, &d.patch_options, &bytes);
  });
  add("ppatch_patch_plan_create", [this, &d, where] {
    ppatch_patch_plan* made = nullptr;
    const ppatch_status status =
        ppatch_patch_plan_create(&made, context_, &where, &d.patch_options);
    ppatch_patch_plan_destroy(made);
    return status;
  });
  add("ppatch_patch_plan_set_image_index",
      [&d, index] { return ppatch_patch_plan_set_image_index(d.patch_plan, &index); });
  add("ppatch_patch_plan_set_positions_split", [&d, integer, fraction] {
    return ppatch_patch_plan_set_positions_split(d.patch_plan, &integer, &fraction);
  });
  add("ppatch_patch_plan_set_positions",
      [&d, where] { return ppatch_patch_plan_set_positions(d.patch_plan, &where); });
  add("ppatch_patch_plan_set_stream",
      [&d] { return ppatch_patch_plan_set_stream(d.patch_plan, nullptr); });
  add("ppatch_patch_plan_get_info", [&d] {
    ppatch_patch_plan_info info = PPATCH_PATCH_PLAN_INFO_INIT;
    return ppatch_patch_plan_get_info(d.patch_plan, &info);
  });
  const ppatch_array positions = Data::array(d.positions, {kCount, 2});
  add("ppatch_patch_plan_get_positions",
      [&d, positions] { return ppatch_patch_plan_get_positions(d.patch_plan, &positions); });

  const ppatch_array image = Data::array(d.image, {1, kSize, kSize});
  const ppatch_array patches = Data::array(d.patches, {kCount, kPatch, kPatch});
  const ppatch_array probe = Data::array(d.probe, {kModes, kPatch, kPatch});
  const ppatch_array waves = Data::array(d.waves, {kCount, kModes, kPatch, kPatch});
  const ppatch_array to_patches = Data::array(d.to_patches, {kCount, kPatch, kPatch});
  const ppatch_array to_image = Data::array(d.to_image, {1, kSize, kSize});
  const ppatch_array to_probe = Data::array(d.to_probe, {kModes, kPatch, kPatch});
  const ppatch_array to_waves = Data::array(d.to_waves, {kCount, kModes, kPatch, kPatch});
  const ppatch_array to_object = Data::array(d.to_object, {1, kSize, kSize});
  const ppatch_array to_sum = Data::array(d.to_sum, {1, kSize, kSize});
  const ppatch_array coverage = Data::array(d.coverage, {1, kSize, kSize});
  const ppatch_array cover = Data::array(d.cover, {1, kSize, kSize});
  const ppatch_array covered = Data::array(d.covered, {1, kSize, kSize});
  const ppatch_array gradient = Data::array(d.gradient, {kCount, 2});
  add("ppatch_patch_extract",
      [=, &d] { return ppatch_patch_extract(d.patch_plan, &image, &to_patches); });
  add("ppatch_patch_adjoint", [=, &d] {
    return ppatch_patch_adjoint(d.patch_plan, &patches, &to_image, &coverage,
                                PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_assemble",
      [=, &d] { return ppatch_patch_assemble(d.patch_plan, &patches, &to_object, &cover, 1e-9); });
  add("ppatch_patch_position_gradient", [=, &d] {
    return ppatch_patch_position_gradient(d.patch_plan, &image, &patches, &gradient, nullptr);
  });
  add("ppatch_patch_probe_extract",
      [=, &d] { return ppatch_patch_probe_extract(d.patch_plan, &image, &probe, &to_waves); });
  add("ppatch_patch_probe_adjoint_image", [=, &d] {
    return ppatch_patch_probe_adjoint_image(d.patch_plan, &waves, &probe, &to_sum, &covered,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_probe_adjoint_probe", [=, &d] {
    return ppatch_patch_probe_adjoint_probe(d.patch_plan, &image, &waves, &to_probe,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
}

void EveryCall::add_groups() {
  Data& d = *data_;
  d.group_options.gridsize = 2;
  d.group_options.neighbours = kNeighbours;
  d.group_options.point_capacity = kPoints;
  const ppatch_array points = Data::array(d.points, {kPoints, 2});
  require(ppatch_group_plan_create(&d.group_plan, context_, &d.group_options));
  require(ppatch_group_plan_borrow_points(d.group_plan, &points));
  add("ppatch_group_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_group_plan_bytes(context_, kPoints, &d.group_options, &bytes);
  });
  add("ppatch_group_plan_create", [this, &d] {
    ppatch_group_plan* made = nullptr;
    const ppatch_status status = ppatch_group_plan_create(&made, context_, &d.group_options);
    ppatch_group_plan_destroy(made);
    return status;
  });
  add("ppatch_group_plan_set_stream",
      [&d] { return ppatch_group_plan_set_stream(d.group_plan, nullptr); });
  add("ppatch_group_plan_borrow_points",
      [=, &d] { return ppatch_group_plan_borrow_points(d.group_plan, &points); });
  add("ppatch_group_plan_get_info", [&d] {
    ppatch_group_plan_info info = PPATCH_GROUP_PLAN_INFO_INIT;
    return ppatch_group_plan_get_info(d.group_plan, &info);
  });
  const ppatch_array drawn = Data::array(d.drawn, {kPoints, kGroup});
  const ppatch_array members = Data::array(d.members, {kPoints, kGroup});
  const ppatch_array offsets = Data::array(d.offsets, {kPoints, 2});
  const ppatch_array queries = Data::array(d.queries, {kPoints / 2});
  const ppatch_array indices = Data::array(d.indices, {kPoints / 2, kNeighbours});
  const ppatch_array squares = Data::array(d.squares, {kPoints / 2, kNeighbours});
  add("ppatch_group_plan_draw", [=, &d] {
    return ppatch_group_plan_draw(d.group_plan, 0, &drawn, nullptr, nullptr, nullptr);
  });
  add("ppatch_group_plan_coordinates",
      [=, &d] { return ppatch_group_plan_coordinates(d.group_plan, &members, &offsets, nullptr); });
  add("ppatch_group_plan_neighbours",
      [=, &d] { return ppatch_group_plan_neighbours(d.group_plan, &queries, &indices, &squares); });
}

void EveryCall::add_scenes() {
  Data& d = *data_;
  d.scene_options.height = d.scene_options.width = kSide;
  d.scene_options.cfa = d.cfa;
  d.scene_options.max_shift[0] = d.scene_options.max_shift[1] = 12;
  const ppatch_scene_image reference = ppatch_scene_image_of(Data::array(d.still, {kSide, kSide}));
  const std::vector<ppatch_scene_image> images(
      kImages, ppatch_scene_image_of(Data::array(d.moved, {kSide, kSide})));
  require(ppatch_scene_plan_create(&d.scene_plan, context_, &d.scene_options));
  require(ppatch_scene_plan_borrow_reference(d.scene_plan, &reference));
  add("ppatch_scene_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_scene_plan_bytes(context_, &d.scene_options, &bytes);
  });
  add("ppatch_scene_plan_create", [this, &d] {
    ppatch_scene_plan* made = nullptr;
    const ppatch_status status = ppatch_scene_plan_create(&made, context_, &d.scene_options);
    ppatch_scene_plan_destroy(made);
    return status;
  });
  add("ppatch_scene_plan_set_stream",
      [&d] { return ppatch_scene_plan_set_stream(d.scene_plan, nullptr); });
  add("ppatch_scene_plan_borrow_reference",
      [=, &d] { return ppatch_scene_plan_borrow_reference(d.scene_plan, &reference); });
  add("ppatch_scene_plan_get_info", [&d] {
    ppatch_scene_plan_info info = PPATCH_SCENE_PLAN_INFO_INIT;
    return ppatch_scene_plan_get_info(d.scene_plan, &info);
  });
  add("ppatch_scene_plan_align", [images, &d] {
    return ppatch_scene_plan_align(d.scene_plan, kImages, images.data(), d.shifts.data());
  });
  // Three tiles by three.
  ppatch_scene_options options = d.scene_options;
  options.cfa = ppatch_cfa_none();
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  require(ppatch_scene_plan_create(&d.motion_plan, context_, &options));
  require(ppatch_scene_plan_borrow_reference(d.motion_plan, &reference));
  add("ppatch_scene_plan_measure_motion", [images, &d] {
    return ppatch_scene_plan_measure_motion(d.motion_plan, kImages, images.data(),
                                            d.of_motions.data(), d.motions.data(), kTiles,
                                            d.tiles.data());
  });
}

void EveryCall::add_pairs() {
  Data& d = *data_;
  ppatch_scene_image image = ppatch_scene_image_of(Data::array(d.still, {kSide, kSide}));
  image.own_levels = 1;
  for (double& black : image.black) black = 100.0;
  image.white = 9000.0;
  const ppatch_array anchor = Data::array(d.anchor, {kSide, kSide});
  const ppatch_array target = Data::array(d.target, {kSide, kSide});
  const ppatch_array shifted = Data::array(d.shifted, {kSide, kSide});
  const ppatch_array normal = Data::array(d.normal, {kSide, kSide});
  const ppatch_array binned = Data::array(d.binned, {3, kSide / 2, kSide / 2});
  const ppatch_array mask = Data::array(d.mask, {kSide, kSide});
  double* numbers = d.numbers.data();
  add("ppatch_image_shift", [=, this] {
    const double shift[2] = {1.25, -0.5};
    return ppatch_image_shift(context_, &anchor, shift, nullptr, &shifted);
  });
  add("ppatch_image_warp", [=, this] {
    ppatch_scene_motion motion{};
    motion.model = PPATCH_MOTION_MODEL_AFFINE;
    motion.matrix[0] = motion.matrix[3] = 1.0;
    motion.matrix[1] = 0.01;
    return ppatch_image_warp(context_, &anchor, &motion, 0, nullptr, nullptr, &shifted);
  });
  add("ppatch_image_luminance", [=, this] {
    ppatch_array channels = anchor;
    channels.ndim = 3;
    channels.shape[0] = channels.shape[1] = kSide / 2;
    channels.shape[2] = 3;
    channels.strides[2] = 1;
    ppatch_array half = shifted;
    half.shape[0] = half.shape[1] = kSide / 2;
    return ppatch_image_luminance(context_, &channels, nullptr, 0.9, &half);
  });
  add("ppatch_mosaic_normalise",
      [=, this, &d] { return ppatch_mosaic_normalise(context_, &d.cfa, &image, &normal); });
  add("ppatch_mosaic_bin",
      [=, this, &d] { return ppatch_mosaic_bin(context_, &d.cfa, &image, &binned); });
  add("ppatch_pair_gain",
      [=, this] { return ppatch_pair_gain(context_, &anchor, &target, numbers); });
  add("ppatch_pair_loss",
      [=, this] { return ppatch_pair_loss(context_, &anchor, &target, 0.5, numbers + 1); });
  add("ppatch_pair_mask", [=, this] {
    return ppatch_pair_mask(context_, &anchor, &target, nullptr, &mask, numbers + 2);
  });
  ppatch_scene_image other = image;
  other.pixels = Data::array(d.moved, {kSide, kSide});
  const ppatch_array measured = Data::array(d.measured, {kSide / 2, kSide / 2});
  add("ppatch_pair_measure", [=, this, &d] {
    return ppatch_pair_measure(context_, &d.cfa, &image, &other, nullptr, &measured,
                               d.measures.data());
  });
  add("ppatch_cfa_parse", [] {
    ppatch_cfa parsed;
    return ppatch_cfa_parse("GBRG", &parsed);
  });
  add("ppatch_cfa_round", [&d] {
    const double shift[2] = {1.25, -2.5};
    std::int64_t lattice[2];
    return ppatch_cfa_round(&d.cfa, shift, lattice);
  });
  add("ppatch_common_area_of", [] {
    const std::int64_t shape[2] = {kSide, kSide}, shift[2] = {2, -4};
    ppatch_common_area area;
    return ppatch_common_area_of(shape, shape, shift, &area);
  });
}
