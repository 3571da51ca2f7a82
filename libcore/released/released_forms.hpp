// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The two kinds of files behind released_source.hpp.
#pragma once
#include <memory>
#include <string>

#include "released/released_source.hpp"

namespace inr::released {

ReleasedSource read_released_pickle(const std::shared_ptr<const base::ByteSource>& file, const std::string& where);
ReleasedSource read_released_safetensors(const std::shared_ptr<const base::ByteSource>& file, const std::string& where);

}  // namespace inr::released
