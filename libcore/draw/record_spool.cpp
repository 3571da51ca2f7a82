// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/record_spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/atomic_file.hpp"
#include "base/error.hpp"

namespace inr::draw {
namespace {

constexpr uint64_t kInfoBytesHeld = 256;  // a guess for the bound; the parameters are what counts

}  // namespace

RecordSpool::~RecordSpool() {
  if (fd_ >= 0) ::close(fd_);
}

void RecordSpool::open_file() {
  const char* variable = std::getenv("TMPDIR");
  folder_ = variable != nullptr && *variable != '\0' ? variable : "/tmp";
  std::string name = folder_ + "/inr-records-XXXXXX";
  fd_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) throw base::SystemError(folder_, "create a temporary file", errno);
  (void)::unlink(name.c_str());
}

void RecordSpool::push(Record record) {
  recipe_.add(*record.origin, record.info);
  label_widths_.add(record.info, record.number);
  const model::ModelConfig& config = record.model->config;
  if (kept_.empty() || kept_.back().record.model != record.model) {
    if (std::ranges::find(models_, config) == models_.end()) models_.push_back(config);
  }
  Kept kept;
  const auto bytes = static_cast<int64_t>(record.theta.size() * sizeof(float) + kInfoBytesHeld);
  if (memory_bytes_ + bytes <= max_memory_bytes_) {
    memory_bytes_ += bytes;
  } else {
    if (fd_ < 0) open_file();
    const std::string info = base::dump_json(record.info);
    base::write_all(fd_, std::as_bytes(std::span(info)), folder_);
    base::write_all(fd_, std::as_bytes(std::span(record.theta)), folder_);
    kept.info_bytes = info.size();
    kept.in_file = true;
    record.info = nullptr;
    std::vector<float>().swap(record.theta);  // gives the memory back; clear() and = {} do not
  }
  kept.record = std::move(record);
  kept_.push_back(std::move(kept));
  ++n_records_;
}

bool RecordSpool::pop(Record& record) {
  if (kept_.empty()) return false;
  if (!reading_ && fd_ >= 0 && ::lseek(fd_, 0, SEEK_SET) != 0) throw base::SystemError(folder_, "read", errno);
  reading_ = true;
  Kept& kept = kept_.front();
  record = std::move(kept.record);
  if (kept.in_file) {
    std::string info(kept.info_bytes, '\0');
    record.theta.resize(static_cast<size_t>(record.model->layout.n_theta));
    const auto theta = std::as_writable_bytes(std::span(record.theta));
    if (base::read_up_to(fd_, std::as_writable_bytes(std::span(info)), folder_) != info.size() ||
        base::read_up_to(fd_, theta, folder_) != theta.size()) {
      throw base::DataError(folder_, "the temporary file lost its end");
    }
    record.info = base::parse_json(info, folder_);
  }
  kept_.pop_front();
  return true;
}

}  // namespace inr::draw
