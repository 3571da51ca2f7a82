// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// SHA-256, FIPS 180-4 sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2.
#include "base/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.hpp"

namespace inr::base {
namespace {

// 4.2.2: the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t big_endian_u32(const std::byte* p) {
  return std::to_integer<uint32_t>(p[0]) << 24 | std::to_integer<uint32_t>(p[1]) << 16 |
         std::to_integer<uint32_t>(p[2]) << 8 | std::to_integer<uint32_t>(p[3]);
}

void append_hex(std::string& out, uint64_t value, int n_digits) {
  for (int shift = 4 * (n_digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 15];
}

// Reads n_digits hex digits at position at; false where a character is none.
bool parse_hex(std::string_view text, size_t at, size_t n_digits, uint64_t& value) {
  if (at > text.size() || text.size() - at < n_digits) return false;
  value = 0;
  for (const char c : text.substr(at, n_digits)) {
    const size_t digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return false;
    value = value << 4 | digit;
  }
  return true;
}

}  // namespace

Sha256::Sha256() noexcept
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256::compress(const std::byte* block) noexcept {
  std::array<uint32_t, 64> w{};
  for (size_t t = 0; t < 16; ++t) w[t] = big_endian_u32(block + 4 * t);
  for (size_t t = 16; t < 64; ++t) {
    const uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (size_t t = 0; t < 64; ++t) {
    const uint32_t t1 =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
    const uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const std::array<uint32_t, 8> added = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < 8; ++i) state_[i] += added[i];
}

void Sha256::update(std::span<const std::byte> data) noexcept {
  const size_t used = n_bytes_ % 64;
  n_bytes_ += data.size();
  if (used > 0) {
    const size_t n = std::min(data.size(), 64 - used);
    std::copy_n(data.begin(), n, pending_.begin() + static_cast<std::ptrdiff_t>(used));
    data = data.subspan(n);
    if (used + n < 64) return;
    compress(pending_.data());
  }
  for (; data.size() >= 64; data = data.subspan(64)) compress(data.data());
  std::copy(data.begin(), data.end(), pending_.begin());
}

void Sha256::update(std::string_view text) noexcept { update(std::as_bytes(std::span(text))); }

std::string Sha256::hex() const {
  Sha256 last = *this;
  // 5.1.1: a one bit, zeros, and the length in bits as 64 bits big endian, up to a whole block.
  std::array<std::byte, 72> padding{};
  padding[0] = std::byte{0x80};
  const size_t n_padding = 1 + (119 - n_bytes_ % 64) % 64;
  const uint64_t n_bits = n_bytes_ * 8;
  for (size_t i = 0; i < 8; ++i) padding[n_padding + i] = static_cast<std::byte>(n_bits >> (56 - 8 * i));
  last.update(std::span(padding).first(n_padding + 8));
  std::string text;
  for (const uint32_t word : last.state_) append_hex(text, word, 8);
  return text;
}

std::string Sha256::save() const {
  std::string text;
  for (const uint32_t word : state_) append_hex(text, word, 8);
  append_hex(text, n_bytes_, 16);
  for (size_t i = 0; i < n_bytes_ % 64; ++i) append_hex(text, std::to_integer<uint64_t>(pending_[i]), 2);
  return text;
}

Sha256 Sha256::restore(std::string_view text) {
  Sha256 hash;
  uint64_t value = 0;
  bool good = parse_hex(text, 64, 16, hash.n_bytes_) && text.size() == 80 + 2 * (hash.n_bytes_ % 64);
  for (size_t i = 0; good && i < 8; ++i) {
    good = parse_hex(text, 8 * i, 8, value);
    hash.state_[i] = static_cast<uint32_t>(value);
  }
  for (size_t i = 0; good && i < hash.n_bytes_ % 64; ++i) {
    good = parse_hex(text, 80 + 2 * i, 2, value);
    hash.pending_[i] = static_cast<std::byte>(value);
  }
  if (!good) throw DataError(Fault::kDamaged, {}, "a saved hash state is damaged");
  return hash;
}

std::string sha256_hex(std::span<const std::byte> data) {
  Sha256 hash;
  hash.update(data);
  return hash.hex();
}

}  // namespace inr::base
