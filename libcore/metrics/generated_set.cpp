// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Checkpoints and streams as sets. The job of a picture is to draw it, so drawing is shared out among the workers.
#include "metrics/generated_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "image/quantize.hpp"
#include "metrics/upsampled.hpp"
#include "render/renderer.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"
#include "sample/sampler.hpp"
#include "stream/inr_stream.hpp"

namespace inr::metrics {
namespace {

// At the density of training, or twice as dense.
model::GridRequest grid_request(const model::ModelConfig& config, bool twice) {
  model::GridRequest request;
  if (twice) request.width = request.height = 2 * config.resolution;
  return request;
}

// theta to a picture. Copies share the model.
class Painter {
 public:
  Painter(std::shared_ptr<const render::InrModel> model, Upsampling upsampling)
      : model_(std::move(model)),
        plan_(std::make_shared<const model::GridPlan>(
            model::plan_grid(model_->config, grid_request(model_->config, upsampling == Upsampling::kInr)))),
        filter_(upsampling == Upsampling::kInr ? Upsampling::kNone : upsampling) {}

  [[nodiscard]] PictureJob job(std::vector<float> theta) const {
    return [painter = *this, values = std::move(theta)] { return painter.paint(values); };
  }
  [[nodiscard]] PictureSize size() const {
    const int64_t times = filter_ == Upsampling::kNone ? 1 : 2;
    return {times * plan_->width(), times * plan_->height()};
  }

 private:
  [[nodiscard]] image::Image paint(const std::vector<float>& theta) const {
    render::Renderer renderer(model_, theta, plan_);
    std::vector<float> values(static_cast<size_t>(3 * plan_->width() * plan_->height()));
    renderer.rows(0, plan_->height(), values, nullptr);
    if (filter_ != Upsampling::kNone) values = upsample_twice(values, plan_->width(), plan_->height(), 3, filter_);
    image::Image picture = image::make_image(size().width, size().height);
    image::quantize8(values, picture.rgb);
    return picture;
  }

  std::shared_ptr<const render::InrModel> model_;
  std::shared_ptr<const model::GridPlan> plan_;
  Upsampling filter_;
};

std::shared_ptr<const render::InrModel> model_of(const sample::LoadedGenerator& generator) {
  auto model = std::make_shared<render::InrModel>();
  model->config = generator.config.model;
  model->layout = model::theta_layout(model->config);
  for (const model::TensorSpec& spec : model::shared_tensors(model->config)) {
    model->shared[spec.name] = generator.weights.at(spec.name);
  }
  return model;
}

class CheckpointSet final : public PictureSet {
 public:
  CheckpointSet(sample::LoadedGenerator generator, std::string name, const PictureSetOptions& options,
                base::WorkerPool& pool)
      : painter_(model_of(generator), options.upsampling),
        sampler_(std::move(generator), std::nullopt),
        name_(std::move(name)),
        seed_(options.seed),
        n_images_(options.n_images.value_or(kUsualSamples)),
        pool_(pool) {}
  [[nodiscard]] std::string kind() const override { return "checkpoint"; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::optional<int64_t> count() const override { return std::nullopt; }
  [[nodiscard]] std::optional<int64_t> usual_count() const override { return kUsualSamples; }
  [[nodiscard]] PictureSize size() const override { return painter_.size(); }
  [[nodiscard]] base::Json origin() const override {
    const sample::LoadedGenerator& generator = sampler_.generator();
    base::Json json = {{"checkpoint", base::printable(generator.path, 4096)}, {"model_hash", generator.model_hash}};
    if (generator.progress.is_object() && generator.progress.contains("iteration")) {
      json["iteration"] = generator.progress.at("iteration");
    }
    const base::Json& provenance = generator.provenance;
    if (provenance.is_object() && provenance.contains("recipe")) {
      const std::string filter = filter_of_recipe(provenance.at("recipe"));
      if (!filter.empty()) json["filter"] = filter;
    }
    return json;
  }
  bool next(PictureJob& job) override {
    if (n_given_ == n_images_) return false;
    const int64_t within = n_given_ % sample::Sampler::kGroup;
    if (within == 0) draw_group();
    job = painter_.job(std::move(thetas_[static_cast<size_t>(within)]));
    ++n_given_;
    return true;
  }

 private:
  // The next group of records, which share one product.
  void draw_group() {
    std::vector<sample::Sampler::Row> rows;
    for (int64_t i = n_given_; i < std::min(n_given_ + sample::Sampler::kGroup, n_images_); ++i) {
      rows.push_back(sampler_.latent(seed_, static_cast<uint64_t>(i)));
    }
    const render::ForEach threads = [this](int64_t n, const auto& work) { pool_.run(n, work); };
    thetas_ = sampler_.theta_rows(sampler_.hidden_rows(rows, threads), threads);
  }

  Painter painter_;
  sample::Sampler sampler_;
  std::string name_;
  uint64_t seed_;
  int64_t n_images_, n_given_ = 0;
  base::WorkerPool& pool_;
  std::vector<std::vector<float>> thetas_;
};

// A descriptor that is closed with the object, stdin excepted.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw base::SystemError(path, "open", errno);
  }
  ~Descriptor() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

class StreamSet final : public PictureSet {
 public:
  StreamSet(const std::string& path, Upsampling upsampling)
      : name_(path == "-" ? "stdin" : path), fd_(path), reader_(fd_.get(), name_), upsampling_(upsampling) {
    open_next();
  }
  [[nodiscard]] std::string kind() const override { return "stream"; }
  [[nodiscard]] std::string name() const override { return name_; }
  // Not known before the end: another stream may follow.
  [[nodiscard]] std::optional<int64_t> count() const override { return std::nullopt; }
  // Of the first stream; those that follow may have another.
  [[nodiscard]] PictureSize size() const override { return painter_ ? painter_->size() : PictureSize{}; }
  [[nodiscard]] base::Json origin() const override { return {{"model_hash", base::printable(model_hash_)}}; }
  bool next(PictureJob& job) override {
    stream::StreamRecord record;
    while (!reader_.next(record)) {
      if (!open_next()) return false;
    }
    job = painter_->job(std::move(record.theta));
    return true;
  }

 private:
  bool open_next() {
    if (!reader_.next_stream()) return false;
    const stream::StreamHeader& header = reader_.header();
    const model::ModelConfig config = model::parse_model_config(header.config, name_);
    painter_.emplace(render::make_model(config, *header.blob, header.n_theta), upsampling_);
    model_hash_ = header.model_hash;
    return true;
  }

  std::string name_;
  Descriptor fd_;
  stream::InrStreamReader reader_;
  Upsampling upsampling_;
  std::optional<Painter> painter_;
  std::string model_hash_;
};

}  // namespace

bool is_run_folder(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return false;
  return std::filesystem::exists(std::filesystem::path(path) / "log.jsonl", error) ||
         !runs::list_checkpoints(path).empty();
}

std::unique_ptr<PictureSet> open_checkpoint_set(const std::string& path, const PictureSetOptions& options,
                                                base::WorkerPool& pool) {
  return std::make_unique<CheckpointSet>(sample::load_generator(runs::resolve_checkpoint(path)), path, options, pool);
}

std::unique_ptr<PictureSet> open_stream_set(const std::string& path, Upsampling upsampling) {
  if (path == "-" && ::isatty(STDIN_FILENO) != 0) {
    throw base::UsageError("stdin is a terminal; pipe a stream into it: inr-sample -n 1000 | inr-fid --fake - ...");
  }
  return std::make_unique<StreamSet>(path, upsampling);
}

}  // namespace inr::metrics
