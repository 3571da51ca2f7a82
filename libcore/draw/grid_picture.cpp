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

namespace inr::draw {
namespace {

void write(image::RowWriter& writer, std::span<const uint8_t> rows) { writer.write_rows(rows); }
void write(image::RowWriter& writer, std::span<const uint16_t> rows) { writer.write_rows16(rows); }

constexpr int64_t kBandPixels = int64_t{1} << 20;       // of a thread: what is drawn leaves soon, and is seen
constexpr int64_t kSmallCellPixels = int64_t{1} << 18;  // so many take no longer than a band
constexpr int64_t kLeastRows = 16;                      // of a very wide picture, whose cells are drawn in pieces

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

/// A row of cells in bands of pixel rows, each written when it is drawn. Drawings stay from band to band where they fit
/// into the memory; else they are made anew, and the bands are as high as the memory allows. Cells that are small and
/// many are drawn one by one from their first to their last row.
template <typename Sample>
class GridPainter {
 public:
  GridPainter(const GridLayout& layout, image::RowWriter& writer, const DrawOptions& options)
      : layout_(layout), geometry_(layout.grid), writer_(writer), options_(options), band_(layout.grid) {
    if (layout_.title_style) write_strip(layout_.titles, *layout_.title_style);
  }

  /// The cells of the next row, at least one.
  void paint(const std::vector<GridCell>& cells) {
    const auto n_cells = static_cast<int64_t>(cells.size());
    const int64_t row_bytes = geometry_.width() * kPixelBytes;
    const int64_t n_fitting = std::clamp<int64_t>(options_.memory_bytes / 4 / row_bytes, 1, geometry_.cell_h);
    drawing_bytes_ = 0;
    for (const GridCell& cell : cells) drawing_bytes_ = std::max(drawing_bytes_, cell.drawing_bytes());
    const bool small = geometry_.cell_w * geometry_.cell_h <= kSmallCellPixels && n_fitting == geometry_.cell_h;
    const bool keep =
        n_cells == 1 || (!(small && is_many(n_cells)) && drawing_bytes_ <= options_.memory_bytes / 4 / n_cells);
    const int64_t useful = kBandPixels * (is_many(n_cells) ? options_.pool->size() : 1) / geometry_.width();
    const int64_t n_rows = keep ? std::min(n_fitting, std::max(kLeastRows, useful)) : n_fitting;
    std::vector<CellDrawing> kept;
    kept.reserve(cells.size());
    if (keep)
      for (const GridCell& cell : cells) kept.emplace_back(cell);
    for (int64_t y = 0; y < geometry_.cell_h; y += n_rows) {
      const int64_t count = std::min(n_rows, geometry_.cell_h - y);
      paint_band(cells, kept, y, count);
      write(writer_, band_.rows());
      tick(count);
    }
    if (!layout_.label_style) return;
    std::vector<std::string> labels;
    labels.reserve(cells.size());
    for (const GridCell& cell : cells) labels.push_back(cell.label[layout_.label_style->form]);
    write_strip(labels, *layout_.label_style);
  }

 private:
  static constexpr int64_t kPixelBytes = 3 * static_cast<int64_t>(sizeof(Sample));

  /// As many that each thread draws its own; else all share one after another.
  [[nodiscard]] bool is_many(int64_t n_cells) const { return n_cells > 1 && n_cells >= options_.pool->size(); }

  /// Cells at a time.
  [[nodiscard]] int64_t n_flying(int64_t n_cells, bool kept, int64_t count) const {
    if (kept) return n_cells;
    const int64_t left = options_.memory_bytes - geometry_.width() * kPixelBytes * count;
    const int64_t asked = options_.n_in_flight > 0 ? options_.n_in_flight : 4 * options_.pool->size();
    return std::clamp<int64_t>(left / (drawing_bytes_ + geometry_.cell_w * kPixelBytes * count), 1,
                               std::min(asked, n_cells));
  }

  void paint_band(const std::vector<GridCell>& cells, std::vector<CellDrawing>& kept, int64_t y, int64_t count) {
    const auto n_cells = static_cast<int64_t>(cells.size());
    const int64_t flying = n_flying(n_cells, !kept.empty(), count);
    const int64_t band_bytes = options_.memory_bytes / (4 * flying);
    const auto paint_part = [&](int64_t column, base::WorkerPool* pool) {
      const auto i = static_cast<size_t>(column);
      if (!kept.empty()) {
        band_.place(column, rows_of(kept[i], y, count, band_bytes, pool));
      } else {
        CellDrawing drawing(cells[i]);
        band_.place(column, rows_of(drawing, y, count, band_bytes, pool));
      }
    };
    band_.reset(count);
    for (int64_t begin = 0; begin < n_cells; begin += flying) {
      const int64_t n = std::min(flying, n_cells - begin);
      if (is_many(n)) {
        options_.pool->run(n, [&](int64_t i) { paint_part(begin + i, nullptr); });
      } else {
        for (int64_t i = 0; i < n; ++i) paint_part(begin + i, options_.pool);
      }
      tick(0);
    }
  }

  std::vector<Sample> rows_of(CellDrawing& drawing, int64_t first, int64_t count, int64_t band_bytes,
                              base::WorkerPool* pool) {
    std::vector<Sample> samples(static_cast<size_t>(geometry_.cell_w * 3 * count));
    drawing.rows(first, count, std::span(samples), band_bytes, pool, [&] {
      if (pool != nullptr) {
        tick(0);  // the drawing thread: it may be stopped between the bands of a large cell
      } else if (options_.check) {
        options_.check();
      }
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
  int64_t n_rows_ = 0, drawing_bytes_ = 0;
};

template <typename Sample>
void paint_all(const GridLayout& layout, image::RowWriter& writer, const DrawOptions& options,
               std::vector<GridCell> next, CellSource& source) {
  GridPainter<Sample> painter(layout, writer, options);
  const image::GridGeometry& grid = layout.grid;
  std::vector<GridCell> row;
  for (bool more = true; more;) {
    for (GridCell& cell : next) row.push_back(std::move(cell));
    more = source.next(next);
    if (static_cast<int64_t>(row.size()) < grid.columns && more) continue;
    painter.paint(row);
    row.clear();
  }
}

}  // namespace

void draw_grid(const Request& request, RecordSpool& records, const OpenOutput& open, const DrawOptions& options) {
  const auto n_records = static_cast<int64_t>(records.size());
  check_models(request, records.models());
  CellSource source(request, records, options);
  std::vector<GridCell> first;
  if (!source.next(first)) throw base::DataError("there are no records to draw");
  const auto n_cells = n_records * static_cast<int64_t>(first.size());
  const GridLayout layout = make_layout(request, records, n_cells, first.front());
  Subject subject{.records = &records.recipe(), .window = request.window};
  const base::Json info = source.info();
  if (n_records == 1) subject.info = &info;
  subject.number = source.number();
  const OutputTarget target = open();
  std::unique_ptr<image::RowWriter> writer = request.format->make_still(target, layout.grid.width(), layout.height(),
                                                                        text_chunks(request, subject, options.version),
                                                                        picture_options(request.srgb, options.pool));
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
  } catch (const stream::StreamError&) {
    fault = std::current_exception();
  }
  if (fault && spool.size() == 0) std::rethrow_exception(fault);
  draw_grid(request, spool, open, options);
  if (fault) std::rethrow_exception(fault);
}

}  // namespace inr::draw
