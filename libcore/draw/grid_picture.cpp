// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/grid_picture.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "draw/grid_cell.hpp"
#include "draw/grid_labels.hpp"
#include "draw/shown_picture.hpp"
#include "image/compose.hpp"
#include "image/deep_zoom.hpp"

namespace inr::draw {
namespace {

void write(image::RowWriter& writer, std::span<const uint8_t> rows) { writer.write_rows(rows); }
void write(image::RowWriter& writer, std::span<const uint16_t> rows) { writer.write_rows16(rows); }

constexpr int64_t kBandPixels = int64_t{1} << 20;

/// Where everything stands: perhaps a strip with the names of the columns, then rows of cells, each perhaps with a
/// strip of labels below.
struct GridLayout {
  image::GridGeometry grid;
  std::vector<std::string> titles;  // of the columns
  std::optional<LabelStyle> title_style, label_style;

  [[nodiscard]] int64_t height() const noexcept {
    return (title_style ? title_style->height() : 0) +
           grid.rows * (grid.cell_h + (label_style ? label_style->height() : 0));
  }
};

GridLayout make_layout(const Request& request, const RecordSpool& records, int64_t n_cells, const GridCell& cell) {
  GridLayout layout;
  const bool compares = !request.compare.empty();
  const int64_t columns = compares ? static_cast<int64_t>(request.compare.size()) + 1 : request.columns;
  layout.grid = image::grid_geometry(n_cells, columns, cell.width(), cell.height());
  if (request.labels) {
    const auto& longest = records.label_widths().longest();
    layout.label_style = label_style(longest, cell.width(), cell.height());
    if (is_too_wide(*layout.label_style, longest, cell.width()))
      base::log_warning("labels wider than the cells of " + std::to_string(cell.width()) +
                        " pixels are left out; give a larger --res");
  }
  if (!compares) return layout;
  for (const image::Filter filter : request.compare) layout.titles.emplace_back(compare_name(filter));
  layout.titles.emplace_back("inr");
  constexpr size_t kShort = 4;  // "near", "bili", "bicu", "lanc"
  size_t longest = 0;
  for (const std::string& title : layout.titles) longest = std::max(longest, title.size());
  layout.title_style = label_style(std::array{longest, std::min(longest, kShort)}, cell.width(), cell.height());
  if (layout.title_style->form > 0) {
    for (std::string& title : layout.titles) title.resize(std::min(title.size(), kShort));
  }
  return layout;
}

/// Two ways through a row of cells. Where it fits into the memory as pixels, each cell is drawn from its first to its
/// last row, some cells at a time. Where it does not, all its drawings stay, and the row is drawn in bands of them.
template <typename Sample>
class GridPainter {
 public:
  GridPainter(const GridLayout& layout, image::RowWriter& writer, const DrawOptions& options)
      : layout_(layout), geometry_(layout.grid), writer_(writer), options_(options), band_(layout.grid) {
    if (layout_.title_style) write_strip(layout_.titles, *layout_.title_style);
  }

  /// The cells of the next row, at least one.
  void paint(const std::vector<GridCell>& cells) {
    const int64_t row_bytes = geometry_.width() * 3 * static_cast<int64_t>(sizeof(Sample));
    const int64_t n_fitting = std::clamp<int64_t>(options_.memory_bytes / 4 / row_bytes, 1, geometry_.cell_h);
    if (is_few(cells)) {
      paint_bands(cells, std::min(n_fitting, std::max<int64_t>(1, kBandPixels / geometry_.width())));
    } else if (row_bytes <= options_.memory_bytes / 4 / geometry_.cell_h) {
      paint_whole(cells, row_bytes * geometry_.cell_h);
    } else {
      paint_bands(cells, n_fitting);
    }
    if (!layout_.label_style) return;
    std::vector<std::string> labels;
    labels.reserve(cells.size());
    for (const GridCell& cell : cells) labels.push_back(cell.label[layout_.label_style->form]);
    write_strip(labels, *layout_.label_style);
  }

 private:
  /// Cells that all threads share, one after another. In bands no larger than keeps them busy: the picture leaves while
  /// it is drawn, and its progress is seen.
  [[nodiscard]] bool is_few(const std::vector<GridCell>& cells) const {
    return cells.size() == 1 || static_cast<int>(cells.size()) < options_.pool->size();
  }

  void paint_whole(const std::vector<GridCell>& cells, int64_t used_bytes) {
    band_.reset(geometry_.cell_h);
    int64_t cell_bytes = 0;
    for (const GridCell& cell : cells) cell_bytes = std::max(cell_bytes, cell.drawing_bytes());
    cell_bytes += geometry_.cell_w * geometry_.cell_h * 3 * static_cast<int64_t>(sizeof(Sample));
    const int64_t asked = options_.n_in_flight > 0 ? options_.n_in_flight : 4 * options_.pool->size();
    const auto n_cells = static_cast<int64_t>(cells.size());
    const int64_t n_flying =
        std::clamp<int64_t>((options_.memory_bytes - used_bytes) / cell_bytes, 1, std::min(asked, n_cells));
    const bool many = n_flying >= options_.pool->size();
    const int64_t band_bytes = (options_.memory_bytes - used_bytes) / (2 * n_flying);
    const auto paint_cell = [&](int64_t column, field::WorkerPool* pool) {
      CellDrawing drawing(cells[static_cast<size_t>(column)]);
      band_.place(column, rows_of(drawing, 0, geometry_.cell_h, band_bytes, pool));
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

  void paint_bands(const std::vector<GridCell>& cells, int64_t n_band_rows) {
    std::vector<CellDrawing> drawings;
    drawings.reserve(cells.size());
    for (const GridCell& cell : cells) drawings.emplace_back(cell);
    const auto n_cells = static_cast<int64_t>(cells.size());
    const bool many = !is_few(cells);
    const int64_t band_bytes = options_.memory_bytes / (2 * n_cells);
    for (int64_t y = 0; y < geometry_.cell_h; y += n_band_rows) {
      const int64_t count = std::min(n_band_rows, geometry_.cell_h - y);
      band_.reset(count);
      const auto paint_part = [&](int64_t column, field::WorkerPool* pool) {
        band_.place(column, rows_of(drawings[static_cast<size_t>(column)], y, count, band_bytes, pool));
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

  std::vector<Sample> rows_of(CellDrawing& drawing, int64_t first, int64_t count, int64_t band_bytes,
                              field::WorkerPool* pool) {
    std::vector<Sample> samples(static_cast<size_t>(geometry_.cell_w * 3 * count));
    drawing.rows(first, count, std::span(samples), band_bytes, pool, [&] {
      if (pool != nullptr) tick(0);  // the drawing thread: it may be stopped between the bands of a large cell
    });
    return samples;
  }

  void write_strip(std::span<const std::string> texts, const LabelStyle& style) {
    write_labels(writer_, texts, geometry_.columns, geometry_.cell_w, style);
    tick(style.height());
  }

  void tick(int64_t n_rows) {
    n_rows_ += n_rows;
    if (options_.progress) {
      options_.progress(static_cast<uint64_t>(n_rows_), static_cast<uint64_t>(layout_.height()));
    }
  }

  const GridLayout& layout_;
  const image::GridGeometry geometry_;
  image::RowWriter& writer_;
  const DrawOptions& options_;
  image::GridBand<Sample> band_;
  int64_t n_rows_ = 0;
};

std::unique_ptr<image::RowWriter> make_writer(const Request& request, const OutputTarget& target, int64_t width,
                                              int64_t height, const image::TextChunks& text, field::WorkerPool* pool) {
  const image::PictureFormat format = picture_format(*request.format);
  const image::PictureOptions options = picture_options(request.srgb, pool);
  if (!is_pyramid(*request.format)) return image::make_row_writer(format, target.write, width, height, text, options);
  return std::make_unique<image::DeepZoomWriter>(*target.pyramid, format, width, height, text, options);
}

template <typename Sample>
void paint_all(const GridLayout& layout, image::RowWriter& writer, const DrawOptions& options,
               std::vector<GridCell> next, CellSource& source) {
  GridPainter<Sample> painter(layout, writer, options);
  const image::GridGeometry& grid = layout.grid;
  std::vector<GridCell> row;
  for (bool more = true; more;) {
    for (GridCell& cell : next) {
      if (cell.width() != grid.cell_w || cell.height() != grid.cell_h) {
        throw base::DataError("the grid",
                              "a record of " + std::to_string(cell.width()) + "x" + std::to_string(cell.height()) +
                                  " pixels among those of " + std::to_string(grid.cell_w) + "x" +
                                  std::to_string(grid.cell_h),
                              "give one size with --res");
      }
      row.push_back(std::move(cell));
    }
    more = source.next(next);
    if (static_cast<int64_t>(row.size()) < grid.columns && more) continue;
    painter.paint(row);
    row.clear();
  }
}

}  // namespace

void draw_grid(const Request& request, RecordSpool& records, const OpenOutput& open, const DrawOptions& options) {
  const auto n_records = static_cast<int64_t>(records.size());
  CellSource source(request, records, options);
  std::vector<GridCell> first;
  if (!source.next(first)) throw base::DataError("there are no records to draw");
  const auto n_cells = n_records * static_cast<int64_t>(first.size());
  const GridLayout layout = make_layout(request, records, n_cells, first.front());
  Subject subject{.records = &records.recipe(), .window = request.window};
  const base::Json info = source.info();
  if (n_records == 1) subject.info = &info;
  const OutputTarget target = open();
  std::unique_ptr<image::RowWriter> writer = make_writer(request, target, layout.grid.width(), layout.height(),
                                                         text_chunks(request, subject, options.version), options.pool);
  if (options.show != nullptr) {
    writer = options.show->beside(std::move(writer), layout.grid.width(), layout.height());
  }
  if (writer->bits() == 16) {
    paint_all<uint16_t>(layout, *writer, options, std::move(first), source);
  } else {
    paint_all<uint8_t>(layout, *writer, options, std::move(first), source);
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
