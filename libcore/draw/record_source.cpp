// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "draw/record_source.hpp"

#include "base/error.hpp"

namespace inr::draw {

RecordSource::RecordSource(size_t n_inputs, std::function<OpenedInput(size_t)> open, std::vector<uint64_t> select)
    : n_inputs_(n_inputs), open_(std::move(open)), select_(std::move(select)) {
  for (const uint64_t number : select_) ++n_wanted_[number];
}

bool RecordSource::next_stream() {
  for (;;) {
    if (!reader_) {
      if (n_opened_ == n_inputs_) return false;
      OpenedInput input = open_(n_opened_++);
      where_ = input.where;
      wait_ = std::move(input.wait);
      reader_ = std::make_unique<stream::InrStreamReader>(input.fd, input.where);
    }
    if (wait_) wait_();
    if (reader_->next_stream()) break;
    reader_.reset();
  }
  const stream::StreamHeader& header = reader_->header();
  if (n_opened_ == 1 && reader_->streams_read() == 1) first_count_ = header.count;
  const model::ModelConfig config = model::parse_model_config(header.config, where_);
  model_ = render::make_model(config, *header.blob, header.n_theta);
  origin_ = std::make_shared<const draw::StreamOrigin>(draw::origin_of(header));
  in_stream_ = true;
  return true;
}

bool RecordSource::read(Record& record) {
  stream::StreamRecord raw;
  for (;;) {
    if (!in_stream_ && !next_stream()) return false;
    if (wait_) wait_();
    if (reader_->next(raw)) break;
    in_stream_ = false;
  }
  record = {model_, origin_, std::move(raw.info), std::move(raw.theta), n_read_++};
  return true;
}

bool RecordSource::next_selected(Record& record) {
  const uint64_t wanted = select_[n_selected_];
  const bool last_use = n_wanted_[wanted] == 1;
  while (!held_.contains(wanted)) {
    if (!read(record)) {
      throw base::DataError(where_, "record " + std::to_string(wanted) + " was selected, and there are " +
                                        std::to_string(n_read_) + " (counted from 0)");
    }
    const uint64_t number = record.number;
    if (number == wanted && last_use) {  // the usual way: nothing is held
      ++n_selected_;
      return true;
    }
    if (n_wanted_.contains(number)) held_.emplace(number, std::move(record));
  }
  if (last_use) {
    record = std::move(held_.at(wanted));
    held_.erase(wanted);
    n_wanted_.erase(wanted);
  } else {
    record = held_.at(wanted);
    --n_wanted_[wanted];
  }
  ++n_selected_;
  return true;
}

bool RecordSource::next(Record& record) {
  if (select_.empty()) return read(record);
  if (n_selected_ < select_.size()) return next_selected(record);
  while (read(record)) {
  }
  return false;
}

std::optional<uint64_t> RecordSource::promised() const {
  if (!select_.empty()) return select_.size();
  return n_inputs_ == 1 ? first_count_ : std::nullopt;
}

}  // namespace inr::draw
