// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// JSON: nlohmann's library behind one door that limits depth and size and reports errors in one line.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace inr::base {

/// Keeps the order in which keys were written: configurations print as they were read.
using Json = nlohmann::ordered_json;

/// Parses text. Throws DataError naming where (a file or a part of it) and the byte offset of the fault. Refuses
/// nesting deeper than 64, duplicate keys and invalid UTF-8.
Json parse_json(std::string_view text, std::string_view where);

/// One line, no spaces, invalid UTF-8 replaced: never throws on content.
std::string dump_json(const Json& value);

}  // namespace inr::base
