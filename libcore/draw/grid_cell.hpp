// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// One cell of a grid, drawn some rows at a time: the function itself, or the picture of it at the resolution of
// training enlarged by a filter.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "draw/grid_labels.hpp"
#include "draw/picture_job.hpp"
#include "draw/record_spool.hpp"
#include "draw/request.hpp"
#include "image/resample.hpp"

namespace inr::draw {

struct GridCell {
  PictureJob job;  // of the function at the size of the cell
  /// Instead of the function: this picture, enlarged by this filter.
  std::shared_ptr<const image::Image> small;
  image::Filter filter = image::Filter::kBox;
  LabelForms label{};  // under the cell; empty: none

  [[nodiscard]] int64_t width() const noexcept { return job.plan->width(); }
  [[nodiscard]] int64_t height() const noexcept { return job.plan->height(); }
  /// Memory of a drawing of it, in bytes, without its pixels.
  [[nodiscard]] int64_t drawing_bytes() const;
};

/// Do records of all these models make cells of one grid? Throws UsageError (sizes; --compare below the resolution of
/// training), DataError (different sizes).
void check_models(const Request& request, const std::vector<model::ModelConfig>& models);

/// A cell under way. Rows are asked for from the top downwards.
class CellDrawing {
 public:
  /// cell must outlive this.
  explicit CellDrawing(const GridCell& cell);
  /// Rows first .. first + count - 1, [count, W, 3] in 8 or 16 bit. A function is evaluated in bands that take
  /// band_bytes; pool as in Renderer::rows. step is called after each band.
  void rows(int64_t first, int64_t count, std::span<uint8_t> out, int64_t band_bytes, base::WorkerPool* pool,
            const std::function<void()>& step);
  void rows(int64_t first, int64_t count, std::span<uint16_t> out, int64_t band_bytes, base::WorkerPool* pool,
            const std::function<void()>& step);

 private:
  const GridCell& cell_;
  std::variant<image::Resizer, render::Renderer> source_;
};

/// The cells of a grid, record by record: one for each, or with Request::compare one for each filter and then the
/// function itself.
class CellSource {
 public:
  /// All must outlive this. The records have all been pushed, and check_models() agrees.
  CellSource(const Request& request, RecordSpool& records, const DrawOptions& options);
  /// What the next record shows; false where there is none.
  bool next(std::vector<GridCell>& cells);
  /// Of the record that was given last.
  [[nodiscard]] const base::Json& info() const noexcept { return record_.info; }
  [[nodiscard]] uint64_t number() const noexcept { return record_.number; }

 private:
  [[nodiscard]] std::shared_ptr<const image::Image> small_picture(const PictureJob& job);

  const Request& request_;
  RecordSpool& records_;
  const DrawOptions& options_;
  Planner planner_, small_planner_;
  Record record_;
};

}  // namespace inr::draw
