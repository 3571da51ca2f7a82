// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which lines of a log of scores compare with each other, and what follows from them.
#pragma once
#include <string>
#include <vector>

#include "base/json.hpp"
#include "metrics/evaluate.hpp"

namespace inr::metrics {

/// All that a score depends on besides the model. The real side is recognised by the SHA-256 of what it holds where
/// that is cheap (statistics, streams, checkpoints, a dataset's own hash), others by their absolute path and the names,
/// sizes and times of their pictures ("real_state", which lines of before lack: these compare by the path alone).
/// Throws what opening the network and the real side throws.
base::Json request_of(const EvaluateOptions& options);

/// The same for every way to spell a path.
std::string canonical_path(const std::string& path);

/// Is there a line of this request for these weights?
bool is_scored(const std::vector<base::Json>& records, const base::Json& request, const std::string& model_hash);

/// Is line["fid"] a number below those of all lines before it, of the same request and the same run (line["run"]), and
/// below that of best_hash, the weights that are linked as the best now (empty: none), wherever they were scored?
bool is_best(const std::vector<base::Json>& records, const base::Json& line, const std::string& best_hash);

/// The lines that compare with line, line included, the lowest score first.
std::vector<base::Json> comparable_by_score(const std::vector<base::Json>& records, const base::Json& line);

}  // namespace inr::metrics
