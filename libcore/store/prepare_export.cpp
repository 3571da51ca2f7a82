// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Pictures out of a dataset again. Names are the records' numbers: names of sources may clash or point anywhere.
#include <algorithm>
#include <filesystem>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "image/encode.hpp"
#include "store/prepare.hpp"

namespace inr::store {

int64_t export_pictures(const DatasetReader& dataset, const std::string& folder,
                        const std::function<void(int64_t n_done, int64_t n_total)>& progress) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw base::SystemError(folder, "make the folder", error.value());
  const size_t n_digits = std::max<size_t>(6, std::to_string(dataset.size() - 1).size());
  for (int64_t i = 0; i < dataset.size(); ++i) {
    RecordInfo record;
    std::vector<std::byte> bytes = dataset.encoded(i, &record);
    if (record.codec == Codec::kRaw) bytes = image::encode_png(dataset.read_image(i));
    std::string name = std::to_string(i);
    name.insert(0, n_digits - name.size(), '0');
    base::AtomicFile file(folder + "/" + name + "." + (record.codec == Codec::kRaw ? "png" : codec_name(record.codec)));
    file.write(bytes);
    file.commit();
    if (progress) progress(i + 1, dataset.size());
  }
  return dataset.size();
}

}  // namespace inr::store
