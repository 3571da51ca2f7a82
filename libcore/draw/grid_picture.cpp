// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/grid_picture.hpp"

#include <algorithm>
#include <exception>
#include <optional>

#include "base/error.hpp"
#include "draw/picture_job.hpp"
#include "image/compose.hpp"
#include "image/quantize.hpp"

namespace inr::draw {
namespace {

void quantize(std::span<const float> values, std::span<uint8_t> out) { image::quantize8(values, out); }
void quantize(std::span<const float> values, std::span<uint16_t> out) { image::quantize16(values, out); }
void write(image::RowWriter& writer, std::span<const uint8_t> rows) { writer.write_rows(rows); }
void write(image::RowWriter& writer, std::span<const uint16_t> rows) { writer.write_rows16(rows); }

/// Two ways through a row of cells. Where it fits into the memory as pixels, each cell is drawn from its first to its
/// last row, some cells at a time. Where it does not, all its renderers stay, and the row is drawn in bands of them.
template <typename Sample>
class GridPainter {
 public:
  GridPainter(const image::GridGeometry& geometry, image::RowWriter& writer, const DrawOptions& options)
      : geometry_(geometry), writer_(writer), options_(options), band_(geometry) {}

  /// jobs: the cells of the next row, at least one.
  void paint(const std::vector<PictureJob>& jobs) {
    const int64_t row_bytes = geometry_.width() * 3 * static_cast<int64_t>(sizeof(Sample));
    if (row_bytes <= options_.memory_bytes / 4 / geometry_.cell_h) {
      paint_whole(jobs, row_bytes * geometry_.cell_h);
    } else {
      paint_bands(jobs, std::clamp<int64_t>(options_.memory_bytes / 4 / row_bytes, 1, geometry_.cell_h));
    }
  }

 private:
  void paint_whole(const std::vector<PictureJob>& jobs, int64_t used_bytes) {
    band_.reset(geometry_.cell_h);
    const PictureJob& first = jobs.front();
    const int64_t cell_bytes = first.n_pixels() * 3 * static_cast<int64_t>(sizeof(Sample)) +
                               field::ImageRenderer::fixed_bytes(*first.model) +
                               field::ImageRenderer::band_bytes(*first.model, *first.plan, 1);
    const int64_t asked = options_.n_in_flight > 0 ? options_.n_in_flight : 4 * options_.pool->size();
    const int64_t n_cells = static_cast<int64_t>(jobs.size());
    const int64_t n_flying =
        std::clamp<int64_t>((options_.memory_bytes - used_bytes) / cell_bytes, 1, std::min(asked, n_cells));
    const bool many = n_flying >= options_.pool->size();
    const int64_t band_bytes = (options_.memory_bytes - used_bytes) / (2 * n_flying);
    const auto paint_cell = [&](int64_t column, field::WorkerPool* pool) {
      const PictureJob& job = jobs[static_cast<size_t>(column)];
      field::ImageRenderer renderer = job.renderer();
      const int64_t n_rows = band_rows(*job.model, *job.plan, band_bytes, pool == nullptr ? 1 : pool->size());
      band_.place(column, rows_of(renderer, 0, geometry_.cell_h, n_rows, pool));
    };
    for (int64_t begin = 0; begin < n_cells; begin += n_flying) {
      const int64_t n = std::min(n_flying, n_cells - begin);
      if (many && n >= options_.pool->size()) {
        options_.pool->run(n, [&](int64_t i) { paint_cell(begin + i, nullptr); });
      } else {
        for (int64_t i = 0; i < n; ++i) paint_cell(begin + i, options_.pool);
      }
      tick(begin + n == n_cells ? geometry_.cell_h : 0);
    }
    write(writer_, band_.rows());
  }

  void paint_bands(const std::vector<PictureJob>& jobs, int64_t n_band_rows) {
    std::vector<field::ImageRenderer> renderers;
    renderers.reserve(jobs.size());
    for (const PictureJob& job : jobs) renderers.push_back(job.renderer());
    const auto n_cells = static_cast<int64_t>(jobs.size());
    const bool many = n_cells >= options_.pool->size();
    for (int64_t y = 0; y < geometry_.cell_h; y += n_band_rows) {
      const int64_t count = std::min(n_band_rows, geometry_.cell_h - y);
      band_.reset(count);
      const auto paint_part = [&](int64_t column, field::WorkerPool* pool) {
        const PictureJob& job = jobs[static_cast<size_t>(column)];
        const int64_t n_rows =
            band_rows(*job.model, *job.plan, options_.memory_bytes / (2 * n_cells), pool == nullptr ? 1 : pool->size());
        band_.place(column, rows_of(renderers[static_cast<size_t>(column)], y, count, n_rows, pool));
      };
      if (many) {
        options_.pool->run(n_cells, [&](int64_t column) { paint_part(column, nullptr); });
      } else {
        for (int64_t column = 0; column < n_cells; ++column) paint_part(column, options_.pool);
      }
      write(writer_, band_.rows());
      tick(count);
    }
  }

  std::vector<Sample> rows_of(field::ImageRenderer& renderer, int64_t first, int64_t count, int64_t n_band_rows,
                              field::WorkerPool* pool) {
    const auto row_samples = static_cast<size_t>(geometry_.cell_w) * 3;
    std::vector<Sample> samples(row_samples * static_cast<size_t>(count));
    draw_rows(renderer, first, count, n_band_rows, pool, [&](int64_t y, std::span<const float> values) {
      quantize(values, std::span(samples).subspan(static_cast<size_t>(y - first) * row_samples, values.size()));
      if (pool != nullptr) tick(0);  // the drawing thread: it may be stopped between the bands of a large cell
    });
    return samples;
  }

  void tick(int64_t n_rows) {
    n_rows_ += n_rows;
    if (options_.progress) {
      options_.progress(static_cast<uint64_t>(n_rows_), static_cast<uint64_t>(geometry_.height()));
    }
  }

  image::GridGeometry geometry_;
  image::RowWriter& writer_;
  const DrawOptions& options_;
  image::GridBand<Sample> band_;
  int64_t n_rows_ = 0;
};

/// The next cell; nothing where the spool is empty.
std::optional<PictureJob> next_cell(const Request& request, RecordSpool& records, Planner& planner,
                                    const DrawOptions& options, Subject* subject, base::Json* info) {
  Record record;
  if (!records.pop(record)) return std::nullopt;
  PictureJob job;
  job.plan = planner.plan(record.model->config, request.window);
  job.model = std::move(record.model);
  job.theta = std::make_shared<const std::vector<float>>(std::move(record.theta));
  job.kernel = request.kernel;
  job.worst_difference = options.worst_difference;
  if (subject != nullptr) {
    subject->model_hash = std::move(record.model_hash);
    *info = std::move(record.info);
  }
  return job;
}

template <typename Sample>
void paint_all(const image::GridGeometry& geometry, image::RowWriter& writer, const DrawOptions& options,
               PictureJob first, const std::function<std::optional<PictureJob>()>& next) {
  GridPainter<Sample> painter(geometry, writer, options);
  std::optional<PictureJob> job = std::move(first);
  while (job) {
    std::vector<PictureJob> row;
    for (; job && static_cast<int64_t>(row.size()) < geometry.columns; job = next()) {
      if (job->plan->width() != geometry.cell_w || job->plan->height() != geometry.cell_h) {
        throw base::DataError("the grid",
                              "a record of " + std::to_string(job->plan->width()) + "x" +
                                  std::to_string(job->plan->height()) + " pixels among those of " +
                                  std::to_string(geometry.cell_w) + "x" + std::to_string(geometry.cell_h),
                              "give one size with --res");
      }
      row.push_back(std::move(*job));
    }
    painter.paint(row);
  }
}

}  // namespace

void draw_grid(const Request& request, RecordSpool& records, const OpenOutput& open, const DrawOptions& options) {
  Planner planner(request);
  Subject subject;
  base::Json info;
  const auto n_cells = static_cast<int64_t>(records.size());
  subject.window = request.window;
  std::optional<PictureJob> first = next_cell(request, records, planner, options, &subject, &info);
  if (!first) throw base::DataError("there are no records to draw");
  if (n_cells == 1) subject.info = &info;
  const image::GridGeometry geometry =
      image::grid_geometry(n_cells, request.columns, first->plan->width(), first->plan->height());
  const OutputTarget target = open();
  const std::unique_ptr<image::RowWriter> writer =
      image::make_row_writer(picture_format(*request.format), target.write, geometry.width(), geometry.height(),
                             text_chunks(request, subject, options.version));
  const auto next = [&] { return next_cell(request, records, planner, options, nullptr, nullptr); };
  if (writer->bits() == 16) {
    paint_all<uint16_t>(geometry, *writer, options, std::move(*first), next);
  } else {
    paint_all<uint8_t>(geometry, *writer, options, std::move(*first), next);
  }
  writer->finish();
}

void draw_records(const Request& request, RecordSource& records, const OpenOutput& open, const DrawOptions& options) {
  RecordSpool spool(options.memory_bytes / 4);
  std::exception_ptr fault;
  try {
    for (Record record; records.next(record);) spool.push(std::move(record));
  } catch (const store::StreamError&) {
    fault = std::current_exception();
  }
  if (fault && spool.size() == 0) std::rethrow_exception(fault);
  draw_grid(request, spool, open, options);
  if (fault) std::rethrow_exception(fault);
}

}  // namespace inr::draw
