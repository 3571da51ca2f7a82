// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/grid_cell.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "image/quantize.hpp"

namespace inr::draw {
namespace {

// The picture of training is held whole, whatever the window.
constexpr double kMaxSmallPixels = 1 << 28;

void quantize(std::span<const float> values, std::span<uint8_t> out) { image::quantize8(values, out); }
void quantize(std::span<const float> values, std::span<uint16_t> out) { image::quantize16(values, out); }

void widen(std::span<const uint8_t> samples, std::span<uint8_t> out) { std::ranges::copy(samples, out.begin()); }
void widen(std::span<const uint8_t> samples, std::span<uint16_t> out) {
  std::ranges::transform(samples, out.begin(), [](uint8_t v) { return static_cast<uint16_t>(v * 257); });
}

template <typename Sample>
void draw_cell_rows(const GridCell& cell, std::variant<image::Resizer, render::Renderer>& source, int64_t first,
                    int64_t count, std::span<Sample> out, int64_t band_bytes, base::WorkerPool* pool,
                    const std::function<void()>& step) {
  if (const auto* resizer = std::get_if<image::Resizer>(&source)) {
    widen(resizer->rows(first, count).rgb, out);
    step();
    return;
  }
  const int64_t n_band_rows = band_rows(cell.job, band_bytes, pool == nullptr ? 1 : pool->size());
  draw_rows(std::get<render::Renderer>(source), first, count, n_band_rows, pool,
            [&](int64_t y, std::span<const float> values) {
              quantize(values, out.subspan(static_cast<size_t>((y - first) * cell.width() * 3), values.size()));
              step();
            });
}

std::variant<image::Resizer, render::Renderer> source_of(const GridCell& cell) {
  if (cell.small) return image::Resizer(*cell.small, cell.width(), cell.height(), cell.filter);
  return cell.job.renderer();
}

// The same window at the resolution of training.
Request small_request(Request request) {
  request.width = request.height = 0;
  request.scale = 0;
  return request;
}

// The picture of training has to be one, and no larger than what it is enlarged to.
void check_enlarged(const model::Window& window, const model::ModelConfig& config, const model::GridPlan& plan,
                    const std::string& size) {
  const double width = std::round((window.x1 - window.x0) * static_cast<double>(config.resolution));
  const double height = std::round((window.y1 - window.y0) * static_cast<double>(config.resolution));
  if (width < 1 || height < 1) {
    throw base::UsageError("--compare enlarges the picture of training, and the window is less than a pixel of it " +
                           std::string(width < 1 ? "wide" : "high") + "; give a larger --window");
  }
  const std::string small_size = draw::shortest_text(width) + "x" + draw::shortest_text(height);
  if (width > static_cast<double>(plan.width()) || height > static_cast<double>(plan.height())) {
    throw base::UsageError("--compare enlarges the picture of training, " + small_size + " pixels; " + size +
                           " is smaller");
  }
  if (width * height > kMaxSmallPixels) {
    throw base::UsageError("--compare: the window is " + small_size +
                           " pixels at the resolution of training, which has to fit into memory, up to 16384x16384");
  }
}

}  // namespace

int64_t GridCell::drawing_bytes() const {
  if (small) return small->height * width() * 3;
  return job.renderer_bytes();
}

CellDrawing::CellDrawing(const GridCell& cell) : cell_(cell), source_(source_of(cell)) {}

void CellDrawing::rows(int64_t first, int64_t count, std::span<uint8_t> out, int64_t band_bytes, base::WorkerPool* pool,
                       const std::function<void()>& step) {
  draw_cell_rows(cell_, source_, first, count, out, band_bytes, pool, step);
}

void CellDrawing::rows(int64_t first, int64_t count, std::span<uint16_t> out, int64_t band_bytes,
                       base::WorkerPool* pool, const std::function<void()>& step) {
  draw_cell_rows(cell_, source_, first, count, out, band_bytes, pool, step);
}

void check_models(const Request& request, const std::vector<model::ModelConfig>& models) {
  std::optional<std::string> first;
  for (const model::ModelConfig& config : models) {
    const model::GridPlan plan = plan_grid(config, grid_request(request, config, request.window));
    const std::string size = size_text(plan.width(), plan.height());
    if (!request.compare.empty()) check_enlarged(request.window, config, plan, size);
    if (!first) first = size;
    if (size != *first) {
      throw base::DataError("the grid", "a record of " + size + " pixels among those of " + *first,
                            "give one size with --res");
    }
  }
}

CellSource::CellSource(const Request& request, RecordSpool& records, const DrawOptions& options)
    : request_(request),
      records_(records),
      options_(options),
      planner_(request),
      small_planner_(small_request(request)) {}

std::shared_ptr<const image::Image> CellSource::small_picture(const PictureJob& job) {
  PictureJob small = job;
  small.plan = small_planner_.plan(job.model->config, request_.window);
  const int64_t width = small.plan->width(), height = small.plan->height();
  auto picture = std::make_shared<image::Image>(image::make_image(width, height));
  render::Renderer renderer = small.renderer();
  const int64_t n_rows = band_rows(small, options_.memory_bytes / 2, options_.pool->size());
  draw_rows(renderer, 0, height, n_rows, options_.pool, [&](int64_t y, std::span<const float> values) {
    quantize(values, std::span(picture->rgb).subspan(static_cast<size_t>(y * width * 3), values.size()));
  });
  return picture;
}

bool CellSource::next(std::vector<GridCell>& cells) {
  cells.clear();
  if (!records_.pop(record_)) return false;
  GridCell cell;
  PictureJob& job = cell.job;
  job.plan = planner_.plan(record_.model->config, request_.window);
  job.model = record_.model;
  job.theta = std::make_shared<const std::vector<float>>(std::move(record_.theta));
  job.kernel = request_.kernel;
  job.worst_difference = options_.worst_difference;
  if (!request_.compare.empty()) {
    GridCell other = cell;
    other.small = small_picture(job);
    for (const image::Filter filter : request_.compare) {
      other.filter = filter;
      cells.push_back(other);
    }
  }
  cells.push_back(std::move(cell));
  if (request_.labels)
    cells.front().label = record_label(record_.info, record_.number, records_.label_widths().has_index());
  return true;
}

}  // namespace inr::draw
