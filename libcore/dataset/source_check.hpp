// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Are the pictures of a source still those that a dataset was made of? Names alone do not tell: another folder can hold
// other pictures under the same names. Sizes and marks (PictureStamp) are compared first, which reads no picture. Where
// only a time differs (a copy of the folder has new ones), that picture is read and its checksum compared. A folder
// that was moved, or copied with its times, therefore costs a look at each file and no more.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "dataset/dataset.hpp"
#include "dataset/sources.hpp"

namespace inr::dataset {

/// A picture that another program writes while it is read: a fault of the moment, not of the picture.
class SourceIsChanging : public base::DataError {
 public:
  using base::DataError::DataError;
};

/// Reads picture i, and says in stamp what is to be kept of it; where this throws, stamp says that it could not be
/// read. Throws what source.read() throws, and SourceIsChanging where the file changed during three attempts.
std::vector<std::byte> read_stamped(const PictureSource& source, int64_t i, SourceStamp& stamp);

struct SourceCheckOptions {
  bool contents = false;  // read every picture, whatever its size and time say
  int n_threads = 1;
  std::function<void(int64_t n_done, int64_t n_total)> progress{};  // source pictures; may be null
  std::function<bool()> interrupted{};                              // may be null
};

struct SourceCheck {
  int64_t n_unknown = 0;  // nothing was kept of them, so that nothing can be said
  int64_t n_retimed = 0;  // have another time and the same contents
  bool interrupted = false;
};

/// Compares the source pictures that dataset has consumed so far. Throws DataError naming the first whose contents are
/// others, SystemError / DataError where one cannot be looked at. The names are taken to be the same (recipe).
SourceCheck check_sources(const DatasetReader& dataset, const PictureSource& source, const SourceCheckOptions& options);

/// Source pictures from number from on whose size or mark is no longer the one that is kept, or that are gone. Reads no
/// picture. interrupted, which may be null: true ends the search.
struct ChangedSources {
  int64_t n = 0;
  std::string first;  // where the first one lies; empty: none
};
ChangedSources changed_sources(const DatasetReader& dataset, const PictureSource& source, int64_t from,
                               const std::function<bool()>& interrupted);

/// SHA-256 over the names and sizes of all pictures, and their marks: all of them with times, else those that are
/// checksums (copies of a folder on several machines have other times). Reads no picture. Throws as stamp() does.
std::string listing_hash(const PictureSource& source, bool times);

}  // namespace inr::dataset
