// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "dataset/source_check.hpp"

#include <algorithm>
#include <optional>

#include "base/crc32c.hpp"
#include "base/sha256.hpp"
#include "dataset/prepare_queue.hpp"
#include "dataset/source_stamps.hpp"

namespace inr::dataset {
namespace {

using State = SourceStamp::State;

// A picture that cannot be looked at is reported by read().
std::optional<PictureStamp> stamp_or_none(const PictureSource& source, int64_t i) {
  try {
    return source.stamp(i);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

std::string where(const PictureSource& source, int64_t i) { return base::printable(source.where(i), 4096); }

[[noreturn]] void changed(const DatasetReader& dataset, const PictureSource& source, int64_t i,
                          const std::string& how) {
  const std::string path = base::printable(dataset.path(), 4096);
  throw base::DataError(where(source, i), "is not the picture that " + path + " was made of: " + how,
                        "name another dataset with -o, or delete " + path + " to build it anew");
}

enum class Verdict { kSame, kUnknown, kRetimed };

// Throws where the picture is another.
Verdict compare(const DatasetReader& dataset, const PictureSource& source, int64_t i, const SourceStamp& then,
                bool contents) {
  if (then.state == State::kUnknown) return Verdict::kUnknown;
  if (then.state == State::kUnreadable) {
    try {
      static_cast<void>(source.read(i));
    } catch (const base::Error&) {
      return Verdict::kSame;
    }
    changed(dataset, source, i, "it could not be read then, but it can be read now");
  }
  const std::optional<PictureStamp> now = source.stamp(i);
  if (!now && !contents) return Verdict::kUnknown;
  if (now && now->n_bytes != then.n_bytes)
    changed(dataset, source, i,
            "it had " + std::to_string(then.n_bytes) + " bytes and now has " + std::to_string(now->n_bytes));
  const bool same_mark = now && now->mark == then.mark;
  if (same_mark && !contents) return Verdict::kSame;
  if (now && !same_mark && now->mark_is_checksum) changed(dataset, source, i, "its checksum differs");
  if (base::crc32c(source.read(i)) != then.crc32c) changed(dataset, source, i, "its contents differ");
  return same_mark ? Verdict::kSame : Verdict::kRetimed;
}

}  // namespace

std::vector<std::byte> read_stamped(const PictureSource& source, int64_t i, SourceStamp& stamp) {
  constexpr int kAttempts = 3;
  stamp = {.state = State::kUnreadable};
  for (int attempt = 1;; ++attempt) {
    const std::optional<PictureStamp> before = stamp_or_none(source, i);
    std::vector<std::byte> bytes = source.read(i);
    if (before == stamp_or_none(source, i)) {
      stamp = {};
      if (before) stamp = {State::kKnown, before->n_bytes, before->mark, base::crc32c(bytes)};
      return bytes;
    }
    if (attempt == kAttempts)
      throw SourceIsChanging(where(source, i), "is being written by another program",
                             "run the same command again when that has finished");
  }
}

SourceCheck check_sources(const DatasetReader& dataset, const PictureSource& source,
                          const SourceCheckOptions& options) {
  SourceCheck total;
  const int64_t n = std::min(dataset.info().n_sources, source.size());
  const int64_t n_groups = (n + kStampsInGroup - 1) / kStampsInGroup;
  const int n_threads = std::max(1, options.n_threads);
  // A group at a time: a lock a picture would cost more than the look at it.
  OrderedWork<SourceCheck> work(0, n_groups, n_threads, 4 * int64_t{n_threads}, [&](int64_t group) {
    SourceCheck part;
    const int64_t first = group * kStampsInGroup;
    const int64_t last = std::min(n, first + kStampsInGroup);
    const std::vector<SourceStamp> stamps = dataset.source_stamps(first, last);
    for (int64_t i = first; i < last; ++i) {
      const SourceStamp& then = stamps[static_cast<size_t>(i - first)];
      const Verdict verdict = compare(dataset, source, i, then, options.contents);
      part.n_unknown += verdict == Verdict::kUnknown ? 1 : 0;
      part.n_retimed += verdict == Verdict::kRetimed ? 1 : 0;
    }
    return part;
  });
  for (int64_t group = 0; group < n_groups; ++group) {
    if (options.interrupted && options.interrupted()) {
      total.interrupted = true;
      return total;
    }
    const SourceCheck part = work.take();
    total.n_unknown += part.n_unknown;
    total.n_retimed += part.n_retimed;
    if (options.progress) options.progress(std::min(n, (group + 1) * kStampsInGroup), n);
  }
  return total;
}

ChangedSources changed_sources(const DatasetReader& dataset, const PictureSource& source, int64_t from,
                               const std::function<bool()>& interrupted) {
  ChangedSources changes;
  const int64_t n = std::min(dataset.info().n_sources, source.size());
  for (int64_t first = from; first < n && !(interrupted && interrupted()); first += kStampsInGroup) {
    const std::vector<SourceStamp> stamps = dataset.source_stamps(first, std::min(n, first + kStampsInGroup));
    for (int64_t i = first; i < first + std::ssize(stamps); ++i) {
      const SourceStamp& then = stamps[static_cast<size_t>(i - first)];
      if (then.state != State::kKnown) continue;
      const std::optional<PictureStamp> now = stamp_or_none(source, i);
      if (now && now->n_bytes == then.n_bytes && now->mark == then.mark) continue;
      if (changes.n++ == 0) changes.first = where(source, i);
    }
  }
  return changes;
}

std::string listing_hash(const PictureSource& source, bool times) {
  base::Sha256 hash;
  for (int64_t i = 0; i < source.size(); ++i) {
    const std::optional<PictureStamp> stamp = source.stamp(i);
    std::string line = source.name(i);
    if (stamp) line += " " + std::to_string(stamp->n_bytes);
    if (stamp && (times || stamp->mark_is_checksum)) line += " " + std::to_string(stamp->mark);
    hash.update(line + '\n');
  }
  return hash.hex();
}

}  // namespace inr::dataset
