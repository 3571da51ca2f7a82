// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A small whole file of every kind that the toolkit writes or meets.
#pragma once
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/npy.hpp"
#include "base/philox.hpp"
#include "base/safetensors.hpp"
#include "dataset/dataset_writer.hpp"
#include "image/encode.hpp"
#include "image/y4m.hpp"
#include "model/config.hpp"
#include "model/theta_layout.hpp"
#include "support/pictures.hpp"
#include "support/stream_bytes.hpp"
#include "support/test.hpp"

namespace inr::test {

inline Bytes as_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline model::Config small_config() {
  model::Config config;
  config.model.resolution = 8;
  config.model.z_dim = 4;
  config.model.hidden = 6;
  config.model.depth = 2;
  config.model.rank = 2;
  config.model.blocks = {{4, 6, 3, 2, true, 0}, {8, 5, 2, 2, true, 0}};
  config.discriminator = {64, 8};
  config.training.iterations = 500;
  return config;
}

/// Tensors with their values, changeable before they are written.
struct SmallCheckpoint {
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<model::TensorSpec, std::vector<float>>> tensors;

  void add(const std::string& prefix, const std::vector<model::TensorSpec>& specs, const std::string& suffix = {}) {
    for (const model::TensorSpec& spec : specs) {
      size_t n = 1;
      for (const int64_t side : spec.shape) n *= static_cast<size_t>(side);
      std::vector<float> values(n);
      base::CounterRng(1, tensors.size()).fill_normal(values);
      tensors.push_back({{prefix + spec.name + suffix, spec.shape}, std::move(values)});
    }
  }
  [[nodiscard]] Bytes bytes() const {
    std::vector<base::TensorView> views;
    views.reserve(tensors.size());
    for (const auto& [spec, values] : tensors)
      views.push_back({spec.name, base::Dtype::kF32, spec.shape, std::as_bytes(std::span(values))});
    return base::serialize_safetensors(metadata, views);
  }
};

/// An exported model has the set ema. alone.
inline SmallCheckpoint small_checkpoint(bool exported = false, int64_t iteration = 100) {
  const model::Config config = small_config();
  SmallCheckpoint checkpoint;
  checkpoint.metadata = {{"format", "inr-gan checkpoint"},
                         {"version", "1"},
                         {"config", base::dump_json(model::to_json(config))},
                         {"provenance", R"({"dataset":"shapes"})"}};
  const std::vector<model::TensorSpec> generator = model::generator_tensors(config.model);
  checkpoint.add("ema.", generator);
  if (exported) return checkpoint;
  const std::vector<model::TensorSpec> discriminator =
      model::discriminator_tensors(config.discriminator, config.model.resolution);
  checkpoint.metadata["progress"] = R"({"iteration":)" + std::to_string(iteration) + R"(,"images":3200})";
  checkpoint.metadata["rng"] = R"({"seed":0})";
  checkpoint.add("g.", generator);
  checkpoint.add("d.", discriminator);
  for (const auto* const moment : {".m", ".v"}) {
    checkpoint.add("adam.g.", generator, moment);
    checkpoint.add("adam.d.", discriminator, moment);
  }
  return checkpoint;
}

/// A stream whose head fits its configuration.
inline Bytes model_stream(size_t n_records, stream::ThetaDtype dtype = stream::ThetaDtype::kF32, bool damaged = false) {
  const model::Config config = small_config();
  stream::StreamHeader header;
  header.config = model::to_json(config.model);
  header.n_theta = model::theta_layout(config.model).n_theta - (damaged ? 1 : 0);
  header.count = n_records;
  header.what = "samples";
  header.dtype = dtype;
  SmallCheckpoint shared;
  shared.add("", model::shared_tensors(config.model));
  std::vector<base::TensorView> views;
  for (const auto& [spec, values] : shared.tensors)
    views.push_back({spec.name, base::Dtype::kF32, spec.shape, std::as_bytes(std::span(values))});
  Bytes bytes;
  const auto sink = [&](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
  stream::InrStreamWriter writer(sink, header, views);
  for (size_t i = 0; i < n_records; ++i) writer.write({{"seed", 0}, {"index", i}}, small_theta(i, header.n_theta));
  writer.finish();
  return bytes;
}

inline void write_dataset(const std::string& path, size_t n_pictures, bool finished = true) {
  dataset::DatasetWriter writer(path, "png", {{"size", 8}, {"crop", "center"}});
  for (size_t i = 0; i < n_pictures; ++i) {
    const Bytes png = image::encode_png(test_picture(i, 8, 8));
    writer.append({dataset::Codec::kPng, 3, 8, 8}, png, "picture " + std::to_string(i));
  }
  if (finished)
    writer.finish();
  else
    writer.commit();
}

inline void write_statistics(const std::string& path) {
  const std::vector<double> mu = {0.5, 1.5, 2.5}, sigma = {2, 0.5, 0, 0.5, 3, 0, 0, 0, 1};
  base::write_npz(path, {{"mu", base::make_npy(mu, {3})},
                         {"sigma", base::make_npy(sigma, {3, 3})},
                         {"info", base::make_npy_text(R"({"protocol":"test","n":100})")}});
}

inline Bytes small_film(size_t n_frames) {
  Bytes bytes;
  image::Y4mWriter film(image::sink_into(bytes), 6, 5, 30, 1);
  for (size_t i = 0; i < n_frames; ++i) film.write_frame(test_picture(i, 6, 5).rgb);
  return bytes;
}

inline Bytes small_png() {
  return image::encode_png(test_picture(0, 9, 7), {{"inr.command", "inr-render --res 9"}, {"Title", "a test"}});
}

/// Four lines as inr-train writes them.
inline std::string small_log() {
  return R"({"time":"2024-01-01T00:00:00Z","event":"start","iteration":0}
{"time":"2024-01-01T00:01:00Z","iteration":50,"loss_d":1.5,"loss_g":0.5}
{"time":"2024-01-01T00:02:00Z","iteration":100,"loss_d":1.25,"loss_g":0.75,"score":41.5}
{"time":"2024-01-01T00:03:00Z","iteration":150,"loss_d":1.0,"loss_g":1.0,"score":43}
)";
}

/// Kind (as inspect() calls it) and bytes of every kind of file that can be had in memory.
inline std::vector<std::pair<std::string, Bytes>> sample_files(const TemporaryFolder& folder) {
  write_statistics(folder / "statistics.npz");
  base::write_npz(folder / "arrays.npz", {{"z", base::make_npy(std::vector<float>(6), {2, 3})}});
  base::write_npy(folder / "z.npy", base::make_npy(std::vector<float>(24), {4, 6}));
  write_dataset(folder / "pictures.inrd", 5);
  Bytes pictures = image::encode_ppm(test_picture(1, 4, 3));
  const Bytes second = image::encode_ppm(test_picture(2, 5, 2));
  pictures.insert(pictures.end(), second.begin(), second.end());
  return {{"checkpoint", small_checkpoint().bytes()},
          {"checkpoint", small_checkpoint(true).bytes()},
          {"safetensors file", base::serialize_safetensors({}, {})},
          {"INR stream", model_stream(4)},
          {"dataset", base::read_file(folder / "pictures.inrd")},
          {"statistics", base::read_file(folder / "statistics.npz")},
          {"npz archive", base::read_file(folder / "arrays.npz")},
          {"npy array", base::read_file(folder / "z.npy")},
          {"PNG picture", small_png()},
          {"JPEG picture", image::encode_jpeg(test_picture(0, 16, 12), 90)},
          {"PPM picture", pictures},
          {"YUV4MPEG2 film", small_film(3)},
          {"log", as_bytes(small_log())},
          {"configuration", as_bytes(model::to_json(small_config()).dump(2))}};
}

}  // namespace inr::test
