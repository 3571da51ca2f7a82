// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/sequence_writer.hpp"

#include <filesystem>
#include <stdexcept>

#include "base/error.hpp"

namespace inr::draw {

SequenceWriter::SequenceWriter(const Request& request, std::optional<FramePattern> pattern, OpenOutput open,
                               std::optional<uint64_t> n_pictures, std::function<void(const std::string&)> check_name)
    : format_(*request.format),
      pattern_(std::move(pattern)),
      open_(std::move(open)),
      check_name_(std::move(check_name)),
      promised_(n_pictures) {
  if (format_.make_encoding == nullptr) throw std::logic_error("SequenceWriter: the format takes one picture");
  encoding_ = format_.make_encoding(request);
}

base::AtomicFile SequenceWriter::open_numbered() {
  const std::string name = pattern_->name(n_written_);
  if (check_name_) check_name_(name);
  const std::string folder = std::filesystem::path(name).parent_path();
  if (!folder.empty() && folder != folder_) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault) throw base::SystemError(folder, "make the folder", fault.value());
    folder_ = folder;
  }
  return base::AtomicFile(name);
}

void SequenceWriter::begin(const PictureJob& job) {
  const int64_t width = job.plan->width();
  const int64_t height = job.plan->height();
  const bool first = width_ == 0;
  if (!first && format_.joins_pictures() && (width != width_ || height != height_)) {
    throw base::DataError("picture " + std::to_string(n_written_),
                          "is " + size_text(width, height) + " pixels, those before it " + size_text(width_, height_),
                          "give one size with --res");
  }
  if (!first) return;
  if (!pattern_) {
    target_ = open_();
    encoding_->begin(target_, width, height, promised_);
  }
  width_ = width;
  height_ = height;
}

void SequenceWriter::append(const PictureJob& job, std::span<const std::byte> encoded) {
  begin(job);
  if (pattern_) {
    base::AtomicFile file = open_numbered();
    encoding_->append(encoded, [&](std::span<const std::byte> bytes) { file.write(bytes); });
    file.commit();
  } else {
    encoding_->append(encoded, target_.write);
  }
  ++n_written_;
}

void SequenceWriter::draw(const PictureJob& job, const Bands& bands) {
  if (holds_frames()) throw std::logic_error("SequenceWriter: a frame is drawn in memory");
  begin(job);
  if (pattern_) {
    base::AtomicFile file = open_numbered();
    encoding_->draw(job, bands, [&](std::span<const std::byte> bytes) { file.write(bytes); });
    file.commit();
  } else {
    encoding_->draw(job, bands, target_.write);
  }
  ++n_written_;
}

void SequenceWriter::finish() {
  if (width_ > 0 && !pattern_) encoding_->finish(target_, n_written_);
}

}  // namespace inr::draw
