// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Drawing pictures from checkpoints and streams, some at a time.
#include "metrics/generated_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "field/decoder.hpp"
#include "field/tensor_map.hpp"
#include "gan/checkpoint.hpp"
#include "gan/hypernetwork.hpp"
#include "metrics/score.hpp"
#include "model/theta_layout.hpp"
#include "store/inr_stream.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kPixelsAtOnce = 1 << 17;  // bounds the memory of the features of one batch
constexpr int64_t kImagesAtOnce = 64;

// theta to pictures at the resolution of training.
class Painter {
 public:
  Painter(model::ModelConfig config, field::TensorMap shared)
      : config_(std::move(config)),
        layout_(model::theta_layout(config_)),
        shared_(std::move(shared)),
        plan_(model::plan_grid(config_, {})) {}
  [[nodiscard]] int64_t batch() const {
    return std::clamp<int64_t>(kPixelsAtOnce / (plan_.width() * plan_.height()), 1, kImagesAtOnce);
  }
  // theta [N, n_theta] -> uint8 [N, 3, R, R]
  [[nodiscard]] at::Tensor paint(const at::Tensor& theta) const {
    const at::NoGradGuard no_gradients;
    const at::Tensor values = field::decode(config_, layout_, shared_, theta, plan_);
    return (values * 127.5 + 128).clamp(0, 255).nan_to_num(0).to(at::kByte);
  }
  [[nodiscard]] const model::ModelConfig& config() const noexcept { return config_; }
  [[nodiscard]] int64_t n_theta() const noexcept { return layout_.n_theta; }

 private:
  model::ModelConfig config_;
  model::ThetaLayout layout_;
  field::TensorMap shared_;
  model::GridPlan plan_;
};

// Hands out what draw() made, one picture at a time.
class DrawnSet : public PictureSet {
 public:
  explicit DrawnSet(std::optional<int64_t> n_images) : n_images_(n_images) {}
  bool next(PictureJob& job) override {
    if (within_ == n_drawn_) {
      const int64_t n_left = n_images_ ? *n_images_ - n_given_ : kImagesAtOnce;
      drawn_ = n_left > 0 ? draw(n_given_, n_left) : at::Tensor();
      within_ = 0;
      n_drawn_ = drawn_.defined() ? drawn_.size(0) : 0;
      if (n_drawn_ == 0) return false;
    }
    job = [images = drawn_, i = within_++] { return to_image(images, i); };
    ++n_given_;
    return true;
  }

 protected:
  // Pictures first .. first + n - 1, n <= n_most of them: uint8 [n, 3, R, R]; undefined at the end.
  virtual at::Tensor draw(int64_t first, int64_t n_most) = 0;

 private:
  std::optional<int64_t> n_images_;
  at::Tensor drawn_;
  int64_t within_ = 0, n_drawn_ = 0, n_given_ = 0;
};

class CheckpointSet final : public DrawnSet {
 public:
  CheckpointSet(gan::LoadedGenerator generator, std::string name, const PictureSetOptions& options)
      : DrawnSet(options.n_images ? *options.n_images : kUsualSamples),
        generator_(std::move(generator)),
        painter_(generator_.config.model, generator_.weights),
        name_(std::move(name)),
        seed_(options.seed) {}
  [[nodiscard]] std::string kind() const override { return "checkpoint"; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::optional<int64_t> count() const override { return std::nullopt; }
  [[nodiscard]] std::optional<int64_t> usual_count() const override { return kUsualSamples; }
  [[nodiscard]] base::Json origin() const override {
    base::Json json = {{"checkpoint", base::printable(generator_.path, 4096)}, {"model_hash", generator_.model_hash}};
    if (generator_.progress.is_object() && generator_.progress.contains("iteration")) {
      json["iteration"] = generator_.progress.at("iteration");
    }
    return json;
  }

 private:
  at::Tensor draw(int64_t first, int64_t n_most) override {
    const at::NoGradGuard no_gradients;
    const int64_t n = std::min(n_most, painter_.batch());
    const model::ModelConfig& config = painter_.config();
    const at::Tensor z = gan::latents(seed_, static_cast<uint64_t>(first), n, config.z_dim);
    return painter_.paint(gan::theta(generator_.weights, gan::hidden(config, generator_.weights, z)));
  }

  gan::LoadedGenerator generator_;
  Painter painter_;
  std::string name_;
  uint64_t seed_;
};

// A descriptor that is closed with the object, stdin excepted.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw base::SystemError(path, "open", errno);
  }
  ~Descriptor() {
    if (fd_ > 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

class StreamSet final : public DrawnSet {
 public:
  StreamSet(const std::string& path, const PictureSetOptions& options)
      : DrawnSet(options.n_images), name_(path == "-" ? "stdin" : path), fd_(path), reader_(fd_.get(), name_) {
    open_next();
  }
  [[nodiscard]] std::string kind() const override { return "stream"; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::optional<int64_t> count() const override { return std::nullopt; }  // another stream may follow
  [[nodiscard]] base::Json origin() const override { return {{"model_hash", base::printable(model_hash_)}}; }

 private:
  bool open_next() {
    if (!reader_.next_stream()) return false;
    const store::StreamHeader& header = reader_.header();
    const model::ModelConfig config = model::parse_model_config(header.config, name_);
    painter_ = std::make_unique<Painter>(config, field::load_tensors(*header.blob, "", model::shared_tensors(config)));
    if (painter_->n_theta() != header.n_theta) {
      throw base::DataError(name_,
                            "its records have " + std::to_string(header.n_theta) +
                                " numbers, its configuration needs " + std::to_string(painter_->n_theta()),
                            "make the stream again");
    }
    model_hash_ = header.model_hash;
    return true;
  }

  at::Tensor draw(int64_t /*first*/, int64_t n_most) override {
    std::vector<at::Tensor> thetas;
    const int64_t n = std::min(n_most, painter_->batch());
    store::StreamRecord record;
    while (std::ssize(thetas) < n) {
      if (reader_.next(record)) {
        thetas.push_back(at::tensor(at::ArrayRef<float>(record.theta)));
      } else if (!thetas.empty() || !open_next()) {
        break;  // a batch belongs to one stream; the next one is opened by the next call
      }
    }
    return thetas.empty() ? at::Tensor() : painter_->paint(at::stack(thetas));
  }

  std::string name_;
  Descriptor fd_;
  store::InrStreamReader reader_;
  std::unique_ptr<Painter> painter_;
  std::string model_hash_;
};

}  // namespace

bool is_run_folder(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return false;
  return std::filesystem::exists(std::filesystem::path(path) / "log.jsonl", error) ||
         !gan::list_checkpoints(path).empty();
}

std::unique_ptr<PictureSet> open_checkpoint_set(const std::string& path, const PictureSetOptions& options) {
  return std::make_unique<CheckpointSet>(gan::load_generator(gan::resolve_checkpoint(path)), path, options);
}

std::unique_ptr<PictureSet> open_stream_set(const std::string& path, const PictureSetOptions& options) {
  if (path == "-" && ::isatty(0) != 0) {
    throw base::UsageError("stdin is a terminal; pipe a stream into it: inr-sample -n 1000 | inr-fid --fake - ...");
  }
  return std::make_unique<StreamSet>(path, options);
}

}  // namespace inr::metrics
