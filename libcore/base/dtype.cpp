// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Number types: names, sizes, half precision by integer arithmetic (IEEE 754-2008, round to nearest even), widening.
#include <bit>
#include <cstring>
#include <limits>
#include <string>

#include "base/safetensors.hpp"
#include "base/widen.hpp"

namespace inr::base {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the files of this project are little endian and read in place");

// Drops n bits of a magnitude, rounding to nearest even. 0 < n < 32.
uint32_t round_off(uint32_t value, uint32_t n) noexcept {
  const uint32_t half = uint32_t{1} << (n - 1);
  const uint32_t rest = value & ((half << 1U) - 1U);
  const uint32_t kept = value >> n;
  return kept + (rest > half || (rest == half && (kept & 1U) != 0) ? 1U : 0U);
}

template <typename Raw, typename Out, typename Convert>
std::vector<Out> convert_all(std::span<const std::byte> bytes, Convert convert) {
  std::vector<Out> out(bytes.size() / sizeof(Raw));
  for (size_t i = 0; i < out.size(); ++i) {
    Raw raw{};  // copied: the bytes of a file need not be aligned
    std::memcpy(&raw, bytes.data() + i * sizeof(Raw), sizeof(Raw));
    out[i] = static_cast<Out>(convert(raw));
  }
  return out;
}

template <typename Raw, typename Out>
std::vector<Out> cast_all(std::span<const std::byte> bytes) {
  return convert_all<Raw, Out>(bytes, [](Raw raw) { return static_cast<Out>(raw); });
}

template <typename Out>
std::vector<Out> widen(Dtype dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case Dtype::kF64:
      return cast_all<double, Out>(bytes);
    case Dtype::kF32:
      return cast_all<float, Out>(bytes);
    case Dtype::kF16:
      return convert_all<uint16_t, Out>(bytes, half_to_float);
    case Dtype::kBF16:
      return convert_all<uint16_t, Out>(bytes, bfloat16_to_float);
    case Dtype::kI64:
      return cast_all<int64_t, Out>(bytes);
    case Dtype::kI32:
      return cast_all<int32_t, Out>(bytes);
    case Dtype::kI16:
      return cast_all<int16_t, Out>(bytes);
    case Dtype::kI8:
      return cast_all<int8_t, Out>(bytes);
    case Dtype::kU64:
      return cast_all<uint64_t, Out>(bytes);
    case Dtype::kU32:
      return cast_all<uint32_t, Out>(bytes);
    case Dtype::kU16:
      return cast_all<uint16_t, Out>(bytes);
    case Dtype::kU8:
      return cast_all<uint8_t, Out>(bytes);
    case Dtype::kBool:
      return convert_all<uint8_t, Out>(bytes, [](uint8_t raw) { return raw != 0 ? 1 : 0; });
  }
  return {};
}

}  // namespace

size_t dtype_bytes(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::kF64:
    case Dtype::kI64:
    case Dtype::kU64:
      return 8;
    case Dtype::kF32:
    case Dtype::kI32:
    case Dtype::kU32:
      return 4;
    case Dtype::kF16:
    case Dtype::kBF16:
    case Dtype::kI16:
    case Dtype::kU16:
      return 2;
    case Dtype::kI8:
    case Dtype::kU8:
    case Dtype::kBool:
      return 1;
  }
  return 1;
}

std::string_view dtype_name(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::kF64:
      return "F64";
    case Dtype::kF32:
      return "F32";
    case Dtype::kF16:
      return "F16";
    case Dtype::kBF16:
      return "BF16";
    case Dtype::kI64:
      return "I64";
    case Dtype::kI32:
      return "I32";
    case Dtype::kI16:
      return "I16";
    case Dtype::kI8:
      return "I8";
    case Dtype::kU64:
      return "U64";
    case Dtype::kU32:
      return "U32";
    case Dtype::kU16:
      return "U16";
    case Dtype::kU8:
      return "U8";
    case Dtype::kBool:
      return "BOOL";
  }
  return "?";
}

std::string shape_text(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + "]";
}

std::optional<int64_t> checked_numel(std::span<const int64_t> shape, size_t bytes_each) noexcept {
  int64_t n = 1;
  // The sizes other than zero must fit too: [2^40, 2^40, 0] is a trap for whoever multiplies in another order.
  bool empty = false;
  for (const int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(n, size, &n)) {
      return std::nullopt;
    }
  }
  int64_t n_bytes = 0;
  if (__builtin_mul_overflow(n, static_cast<int64_t>(bytes_each), &n_bytes)) return std::nullopt;
  return empty ? 0 : n;
}

std::vector<float> widen_to_f32(Dtype dtype, std::span<const std::byte> bytes) { return widen<float>(dtype, bytes); }

std::vector<double> widen_to_f64(Dtype dtype, std::span<const std::byte> bytes) { return widen<double>(dtype, bytes); }

uint16_t float_to_half(float value) noexcept {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16U) & 0x8000U;
  const uint32_t magnitude = bits & 0x7FFFFFFFU;
  uint32_t half = 0;
  if (magnitude > 0x7F800000U) {
    half = 0x7E00U | ((magnitude >> 13U) & 0x3FFU);  // NaN stays NaN
  } else if (magnitude >= 0x47800000U) {
    half = 0x7C00U;  // 2^16 and more: infinity
  } else if (magnitude >= 0x38800000U) {
    half =
        round_off(magnitude - (uint32_t{112} << 23U), 13);  // normal; a carry goes on into the exponent, up to infinity
  } else if (magnitude >= 0x33000000U) {
    const uint32_t exponent = magnitude >> 23U;  // 102 .. 112: subnormal, in units of 2^-24
    half = round_off((magnitude & 0x7FFFFFU) | 0x800000U, 126U - exponent);
  }
  return static_cast<uint16_t>(sign | half);
}

float half_to_float(uint16_t bits) noexcept {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000U) << 16U;
  const uint32_t exponent = (bits >> 10U) & 0x1FU;
  const uint32_t mantissa = bits & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + 112U;
  return std::bit_cast<float>(sign | (wide << 23U) | (mantissa << 13U));
}

uint16_t float_to_bfloat16(float value) noexcept {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<uint16_t>((bits >> 16U) | 0x40U);
  return static_cast<uint16_t>(round_off(bits, 16));
}

float bfloat16_to_float(uint16_t bits) noexcept { return std::bit_cast<float>(uint32_t{bits} << 16U); }

}  // namespace inr::base
