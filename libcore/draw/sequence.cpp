// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/sequence.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "draw/shown_picture.hpp"
#include "draw/zoom.hpp"

namespace inr::draw {
namespace {

/// How many pictures like this one fit into the memory at a time, each with what its renderer needs for a row.
int64_t n_fitting(const PictureJob& job, const SequenceWriter& writer, const DrawOptions& options) {
  const int64_t preview_bytes =
      options.show == nullptr ? 0 : options.show->preview_bytes(job.plan->width(), job.plan->height());
  const int64_t bytes = preview_bytes + writer.encoded_bytes(job) + job.renderer_bytes();
  return options.memory_bytes / bytes;
}

class Drawing {
 public:
  Drawing(SequenceWriter& writer, const DrawOptions& options, uint64_t total)
      : writer_(writer), options_(options), total_(total) {}

  [[nodiscard]] int64_t n_at_a_time(const PictureJob& job) const {
    const int64_t asked = options_.n_in_flight > 0 ? options_.n_in_flight : 4 * options_.pool->size();
    return std::clamp<int64_t>(n_fitting(job, writer_, options_), 1, asked);
  }

  void draw(const std::vector<PictureJob>& jobs) {
    const auto n = static_cast<int64_t>(jobs.size());
    const int64_t share = options_.memory_bytes / (2 * n);
    const auto fits = [this](const PictureJob& job) { return n_fitting(job, writer_, options_) >= 1; };
    if (n >= options_.pool->size() && std::ranges::all_of(jobs, fits)) {
      draw_together(jobs, share);
      return;
    }
    for (const PictureJob& job : jobs) {
      const Bands bands{band_rows(job, share, options_.pool->size()), options_.pool, [this] { tick(); }};
      if (!fits(job) && !writer_.holds_frames()) {
        writer_.draw(job, bands);
      } else {
        writer_.append(job, writer_.encode(job, bands));
      }
      show(job);
      tick();
    }
  }

 private:
  /// A picture a thread. What is complete when the work is stopped is written.
  void draw_together(const std::vector<PictureJob>& jobs, int64_t share) {
    std::vector<std::optional<std::vector<std::byte>>> encoded(jobs.size());
    std::exception_ptr stopped;
    try {
      options_.pool->run(static_cast<int64_t>(jobs.size()), [&](int64_t i) {
        const PictureJob& job = jobs[static_cast<size_t>(i)];
        const Bands bands{band_rows(job, share, 1), nullptr, options_.check};
        encoded[static_cast<size_t>(i)] = writer_.encode(job, bands);
      });
    } catch (...) {
      stopped = std::current_exception();
    }
    for (size_t i = 0; i < jobs.size() && encoded[i]; ++i) {
      writer_.append(jobs[i], *encoded[i]);
      encoded[i] = std::vector<std::byte>();
    }
    if (stopped) std::rethrow_exception(stopped);
    for (const PictureJob& job : jobs) {
      show(job);
      tick();
    }
  }
  void show(const PictureJob& job) const {
    if (options_.show != nullptr) options_.show->show(*job.preview);
  }
  void tick() const {
    if (options_.progress) options_.progress(writer_.n_written(), total_);
  }
  SequenceWriter& writer_;
  const DrawOptions& options_;
  uint64_t total_;
};

PictureJob make_job(const Request& request, const Record& record, std::shared_ptr<const std::vector<float>> theta,
                    const model::Window& window, Planner& planner, const DrawOptions& options) {
  PictureJob job;
  job.model = record.model;
  job.plan = planner.plan(record.model->config, window);
  job.theta = std::move(theta);
  draw::Recipe recipe;
  recipe.add(*record.origin, record.info);
  job.text = text_chunks(request, {&recipe, &record.info, window, job.plan->width(), job.plan->height(), record.number},
                         options.version);
  job.kernel = request.kernel;
  job.worst_difference = options.worst_difference;
  return job;
}

}  // namespace

NextPicture pictures_of_records(const Request& request, RecordSource& records, const DrawOptions& options) {
  return [request, &records, &options, planner = Planner(request)](PictureJob& job) mutable {
    Record record;
    if (!records.next(record)) return false;
    auto theta = std::make_shared<const std::vector<float>>(std::move(record.theta));
    job = make_job(request, record, std::move(theta), request.window, planner, options);
    return true;
  };
}

NextPicture pictures_of_film(const Request& request, RecordSource& records, const DrawOptions& options) {
  struct State {
    Record record;
    std::shared_ptr<const std::vector<float>> theta;
    int64_t n_done = 0;
  };
  return [request, &records, &options, planner = Planner(request), state = State()](PictureJob& job) mutable {
    const int64_t n_frames = request.n_frames.value_or(kDefaultFrames);
    if (state.n_done == n_frames) {
      while (records.next(state.record)) {
      }
      return false;
    }
    if (!state.theta) {
      if (!records.next(state.record)) return false;
      state.theta = std::make_shared<const std::vector<float>>(std::move(state.record.theta));
      // The last window is as hard as any: one that cannot be drawn is refused before the first picture is.
      const model::ModelConfig& config = state.record.model->config;
      if (n_frames > 1) (void)plan_grid(config, grid_request(request, config, *request.to));
    }
    const model::Window window = zoom_window(request.window, *request.to, state.n_done++, n_frames);
    job = make_job(request, state.record, state.theta, window, planner, options);
    return true;
  };
}

namespace {

/// The pictures that are drawn at a time: as many as the largest of them allows.
class Batches {
 public:
  Batches(const NextPicture& next, const Drawing& drawing, const DrawOptions& options)
      : next_(next), drawing_(drawing), options_(options) {}

  /// Empty at the end.
  std::vector<PictureJob> next() {
    std::vector<PictureJob> jobs;
    for (int64_t limit = 1; static_cast<int64_t>(jobs.size()) < limit;) {
      std::optional<PictureJob> job = take();
      if (!job) break;
      const int64_t n = drawing_.n_at_a_time(*job);
      if (n <= static_cast<int64_t>(jobs.size())) {
        held_ = std::move(job);
        break;
      }
      limit = jobs.empty() ? n : std::min(limit, n);
      jobs.push_back(std::move(*job));
    }
    return jobs;
  }
  /// What ended the input, once all that came before it was given.
  void rethrow() const {
    if (fault_) std::rethrow_exception(fault_);
  }

 private:
  std::optional<PictureJob> take() {
    if (held_) return std::exchange(held_, std::nullopt);
    PictureJob job;
    try {
      ended_ = ended_ || !next_(job);
    } catch (...) {
      fault_ = std::current_exception();
      ended_ = true;
    }
    if (ended_) return std::nullopt;
    if (options_.show != nullptr)
      job.preview = std::make_shared<Preview>(options_.show->preview(job.plan->width(), job.plan->height()));
    return job;
  }

  const NextPicture& next_;
  const Drawing& drawing_;
  const DrawOptions& options_;
  std::optional<PictureJob> held_;
  std::exception_ptr fault_;
  bool ended_ = false;
};

}  // namespace

uint64_t draw_sequence(const NextPicture& next, SequenceWriter& writer, const DrawOptions& options, uint64_t total) {
  Drawing drawing(writer, options, total);
  Batches batches(next, drawing, options);
  try {
    for (std::vector<PictureJob> jobs = batches.next(); !jobs.empty(); jobs = batches.next()) drawing.draw(jobs);
  } catch (...) {
    try {
      writer.finish();
    } catch (const std::exception&) {  // the first fault is the one to be told
    }
    throw;
  }
  writer.finish();
  batches.rethrow();
  if (writer.n_written() == 0) throw base::DataError("there are no records to draw");
  return writer.n_written();
}

void draw_pictures(const Request& request, RecordSource& records, const std::optional<FramePattern>& pattern,
                   const OpenOutput& open, const DrawOptions& options) {
  const NextPicture all =
      is_film(request) ? pictures_of_film(request, records, options) : pictures_of_records(request, records, options);
  // What the input promises is known with its first record.
  PictureJob first;
  if (!all(first)) throw base::DataError("there are no records to draw");
  const std::optional<uint64_t> n =
      is_film(request) ? static_cast<uint64_t>(request.n_frames.value_or(kDefaultFrames)) : records.promised();
  SequenceWriter writer(request, pattern, open, n, options.check_name);
  bool given = false;
  const NextPicture next = [&](PictureJob& job) {
    if (given) return all(job);
    given = true;
    job = std::move(first);
    return true;
  };
  draw_sequence(next, writer, options, n.value_or(0));
}

}  // namespace inr::draw
