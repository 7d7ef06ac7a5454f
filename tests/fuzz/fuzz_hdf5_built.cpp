// SPDX-License-Identifier: Apache-2.0
//
// Valid HDF5 files, built as the input chooses and read in this process: what is refused is refused
// in one line, and every number that was written is read.
#include "formats/tensor.hpp"
#include "fuzz_file.hpp"
#include "hdf5_builder.hpp"

namespace {

using ptychopatch::formats::ArrayStore;
using ptychopatch::formats::Tensor;

void check(const ArrayStore& store, const BuiltDataset& dataset) {
  require(store.has(dataset.key));
  const Tensor tensor = to_tensor(store.read(dataset.key), PPATCH_C128, dataset.key);
  require(tensor.shape == dataset.shape && store.header(dataset.key).shape == dataset.shape);
  const auto* values = tensor.as<double>();
  for (std::size_t i = 0; i < tensor.data.size() / (2 * sizeof(double)); ++i) {
    const double real = dataset.is_boolean ? static_cast<double>(i % 2) : BuiltDataset::value(i);
    require(values[2 * i] == real);
    require(values[2 * i + 1] == (dataset.is_complex ? real / 2 : 0));
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // What is not to be found is nothing to be told.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  const Hdf5Builder built(input);
  FuzzFile file(reinterpret_cast<const std::uint8_t*>(built.bytes().data()), built.bytes().size());
  const auto store = ptychopatch::formats::open_store(file.path());
  for (const BuiltDataset& dataset : built.datasets()) check(*store, dataset);
  FuzzFile::attempt([&] { FuzzFile::list(*store); });
  FuzzFile::attempt([&] {
    if (auto scan = ptychopatch::formats::find_scan(*store)) FuzzFile::check(std::move(*scan));
  });
  return 0;
}
