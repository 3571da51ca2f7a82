// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Decoders: everything in which they differ, but for their evaluation (render/reference.hpp,
// render/function_weights.hpp; field/function.hpp). The table itself is decoders/table.def.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace inr::model {

/// In the order of the table.
enum class Decoder {
#define INR_DECODER(identifier, ...) k##identifier,
#include "decoders/table.def"
#undef INR_DECODER
};

enum class Modulation;
enum class MacCount;
struct ModelConfig;
struct ThetaLayout;
struct TensorSpec;
struct LayerCost;
struct GridPlan;

/// What a line of the table says of a decoder.
struct DecoderTraits {
  bool one_block = false;                     // else any number
  bool fourier_features = false;              // else the point itself goes in: no frequencies
  bool modulated = false;                     // else modulation, rank and join mean nothing
  std::optional<Modulation> modulation = {};  // the only one it takes
  // Of the authors' second code base (released.md): z is normalised and mapped to w by leaky layers without residuals;
  // several blocks may have the same grid; frequencies and constants are stored; upsampling and instance_norm mean
  // something. It is drawn, not trained.
  bool style = false;

  [[nodiscard]] constexpr bool takes_skip_coords() const noexcept { return fourier_features && !style; }
};

/// One decoder. The functions get a configuration inside its ranges (validate()), whose decoder is this one.
struct DecoderRow : DecoderTraits {
  Decoder decoder;
  std::string_view name;     // as in a configuration
  std::string_view summary;  // one line
  /// Where everything lies in theta.
  ThetaLayout (*layout)(const ModelConfig&);
  /// The shared tensors inr.*, in file order, and how they are drawn.
  std::vector<TensorSpec> (*shared)(const ModelConfig&);
  /// The layers of the INR by one of the counts, for the cells of a picture. Throws UsageError where a number leaves
  /// int64.
  std::vector<LayerCost> (*costs)(const ModelConfig&, MacCount, const GridPlan&);
};

/// All rows, in the order of the enumeration.
std::span<const DecoderRow> decoder_rows() noexcept;
/// decoder is one of the enumeration.
const DecoderRow& row_of(Decoder decoder) noexcept;

}  // namespace inr::model
