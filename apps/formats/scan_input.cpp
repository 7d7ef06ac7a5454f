// SPDX-License-Identifier: Apache-2.0
#include "formats/scan_input.hpp"

#include "formats/array_store.hpp"
#include "formats/cdtools_input.hpp"
#include "formats/cxi_input.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/ptychodus_input.hpp"
#include "formats/ptychopinn_input.hpp"
#include "formats/ptychoshelves_input.hpp"
#include "formats/ptypy_input.hpp"
#include "formats/tike_input.hpp"

namespace ptychopatch::formats {
namespace {

class NpyInput : public ScanInput {
 public:
  explicit NpyInput(std::string path) : path_(std::move(path)) {}

  std::string format() const override { return "npy"; }
  std::string convention_text() const override { return "plain arrays, the library's defaults"; }
  Convention convention() const override { return {}; }
  NamedArray image() const override { return {read_npy_file(path_), quoted(path_)}; }
  NamedArray positions() const override { return image(); }

 private:
  std::string path_;
};

template <class Input>
std::unique_ptr<ScanInput> of_hdf5(std::unique_ptr<ArrayStore> store) {
  return std::make_unique<Input>(
      std::unique_ptr<Hdf5File>(static_cast<Hdf5File*>(store.release())));
}

// None where no format's names are there; the store is then left as it was.
std::unique_ptr<ScanInput> recognised(std::unique_ptr<ArrayStore>& store) {
  if (PtychoPinnInput::recognises(*store)) {
    return std::make_unique<PtychoPinnInput>(std::move(store));
  }
  if (PtychodusInput::recognises(*store)) {
    return std::make_unique<PtychodusInput>(std::move(store));
  }
  if (CdtoolsInput::recognises(*store)) return std::make_unique<CdtoolsInput>(std::move(store));
  if (PtychoShelvesInput::recognises(*store)) {
    return std::make_unique<PtychoShelvesInput>(std::move(store));
  }
  if (TikeInput::recognises(*store)) return std::make_unique<TikeInput>(std::move(store));
  if (const auto* file = dynamic_cast<const Hdf5File*>(store.get())) {
    if (CxiInput::recognises(*file)) return of_hdf5<CxiInput>(std::move(store));
    if (PtypyInput::recognises(*file)) return of_hdf5<PtypyInput>(std::move(store));
    if (PtydInput::recognises(*file)) return of_hdf5<PtydInput>(std::move(store));
  }
  return nullptr;
}

std::unique_ptr<ScanInput> required(std::unique_ptr<ArrayStore> store, const std::string& name) {
  if (auto scan = recognised(store)) return scan;
  // Says which of PtychoPINN's keys is missing, and which are there.
  if (store->format() == "npz") return std::make_unique<PtychoPinnInput>(std::move(store));
  throw FormatError(quoted(name) + " (" + store->format() +
                    ") is no scan of a known format: expected the names of a Ptychodus, CXI, "
                    "ptypy, PtychoShelves, cdtools, tike or PtychoPINN file");
}

}  // namespace

std::unique_ptr<ScanInput> open_scan(const std::string& path) {
  return required(open_store(path), path);
}

std::unique_ptr<ScanInput> open_scan(std::span<const std::byte> bytes, const std::string& name) {
  return required(open_store(bytes, name), name);
}

std::unique_ptr<ScanInput> find_scan(std::unique_ptr<ArrayStore> store) {
  return recognised(store);
}

std::unique_ptr<ScanInput> open_part(const std::string& path) {
  if (container_of(path) == Container::kNpy) return std::make_unique<NpyInput>(path);
  return open_scan(path);
}

}  // namespace ptychopatch::formats
