// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "model/decoders.hpp"

#include <array>

#include "model/config.hpp"
#include "model/decoder_layouts.hpp"

namespace inr::model {
namespace {

constexpr std::array kRows = {
#define INR_DECODER(identifier, name, implementation, summary, ...) \
  DecoderRow{DecoderTraits{__VA_ARGS__},                            \
             Decoder::k##identifier,                                \
             name,                                                  \
             summary,                                               \
             decoders::implementation##_layout,                     \
             decoders::implementation##_tensors,                    \
             decoders::implementation##_costs},
#include "decoders/table.def"
#undef INR_DECODER
};

}  // namespace

std::span<const DecoderRow> decoder_rows() noexcept { return kRows; }

const DecoderRow& row_of(Decoder decoder) noexcept { return kRows[static_cast<size_t>(decoder)]; }

}  // namespace inr::model
