// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// How a request is carried out: threads, memory, where the bytes go. None of it changes a byte of the picture.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/worker_pool.hpp"
#include "image/deep_zoom_files.hpp"
#include "image/row_writer.hpp"

namespace inr::draw {

class PictureShow;

inline constexpr int64_t kDefaultMemoryBytes = int64_t{512} << 20;

struct DrawOptions {
  base::WorkerPool* pool = nullptr;  ///< not owned, required
  /// Bound on pixels, features and parameters held at a time. A single row of pixels is drawn whatever the bound (rows
  /// have a limit, image/compose.hpp); the parameters of one row of a grid and one frame of a film are held in any
  /// case.
  int64_t memory_bytes = kDefaultMemoryBytes;
  int64_t n_in_flight = 0;  ///< pictures worked on at a time, at most; 0 = four a thread
  std::string version;      ///< goes into the pictures, "inr-render 0.1.0"
  /// Called by the drawing thread after each piece of work (total 0 = unknown): rows of a grid, pictures of a sequence.
  /// What it throws ends the work.
  std::function<void(uint64_t done, uint64_t total)> progress;
  /// Where two back ends are compared: raised to the largest difference of a value; not owned, may be null.
  std::atomic<double>* worst_difference = nullptr;
  PictureShow* show = nullptr;  ///< shows what is drawn, too; not owned; null: nothing is shown
  /// Called between bands by whichever threads draw, several at once. What it throws ends the work; pictures that are
  /// complete are written before.
  std::function<void()> check{};
  /// Called with the name of each numbered file before it is opened. What it throws ends the work.
  std::function<void(const std::string&)> check_name{};
};

/// How pictures are written. pool: whose threads a writer may use; null: the calling one alone.
image::PictureOptions picture_options(bool srgb, base::WorkerPool* pool);

/// Where one output goes. rewrite overwrites what was written before, at an absolute offset; null for a pipe. size,
/// where it is there, writes everything out and tells how many bytes are there; asked again where that failed. A
/// picture of the formats dz goes to pyramid instead, which is not owned; committing it is up to whoever opened it.
struct OutputTarget {
  image::Sink write;
  std::function<void(uint64_t offset, std::span<const std::byte> data)> rewrite;
  image::DeepZoomFiles* pyramid = nullptr;
  std::function<uint64_t()> size{};
};
/// Opens the output: called once, when the first record has been read and nothing speaks against drawing it.
using OpenOutput = std::function<OutputTarget()>;

/// "268435456", "512K", "256M", "2G" (powers of 1024). Throws UsageError (not such a number, 0, above 2^60).
int64_t parse_bytes(std::string_view text);

}  // namespace inr::draw
