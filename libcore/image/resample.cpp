// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// See resample.hpp. Both passes are the same sum: an output row (or column) is a weighted sum of neighbouring input
// rows. The vertical pass takes stretches of kLanes neighbouring samples of a row. The horizontal pass turns eight rows
// at a time into columns first, so that one input column is 3 x 8 = kLanes neighbouring bytes; the inner loop is the
// same and has a fixed length for the compiler.
#include "image/resample.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "image/resample_taps.hpp"

namespace inr::image {
namespace {

constexpr std::array<std::string_view, 4> kFilterNames{"box", "bilinear", "bicubic", "lanczos"};  // in order of Filter

constexpr int kWeightBits = 22;
constexpr size_t kRowsAtOnce = 8;
constexpr size_t kLanes = 3 * kRowsAtOnce;

/// out[l] = clip((2^21 + sum over t of weights[t] source[t stride + l]) >> 22), l < kLanes.
void weigh_lanes(const uint8_t* source, size_t stride, std::span<const int32_t> weights, uint8_t* out) {
  std::array<int32_t, kLanes> sums;
  sums.fill(1 << (kWeightBits - 1));
  for (const int32_t weight : weights) {
    for (size_t l = 0; l < kLanes; ++l) sums[l] += weight * source[l];
    source += stride;
  }
  for (size_t l = 0; l < kLanes; ++l) out[l] = static_cast<uint8_t>(std::clamp(sums[l] >> kWeightBits, 0, 255));
}

Image resize_columns(const Image& source, int64_t width, Filter filter) {
  const Taps<int32_t> taps = fixed_taps(make_taps(source.width, width, filter));
  Image out = make_image(width, source.height);
  const auto in_w = static_cast<size_t>(source.width), out_w = static_cast<size_t>(width);
  std::vector<uint8_t> columns(in_w * kLanes), weighed(out_w * kLanes);  // [W, kRowsAtOnce, 3]
  for (int64_t y0 = 0; y0 < source.height; y0 += kRowsAtOnce) {
    const auto n_rows = std::min<int64_t>(kRowsAtOnce, source.height - y0);  // lanes beyond keep older rows, never read
    for (int64_t r = 0; r < n_rows; ++r) {
      const uint8_t* row = source.row(y0 + r).data();
      for (size_t x = 0; x < in_w; ++x) std::copy_n(row + 3 * x, 3, &columns[x * kLanes + 3 * static_cast<size_t>(r)]);
    }
    for (size_t x = 0; x < out_w; ++x) {
      weigh_lanes(&columns[taps.first[x] * kLanes], kLanes, taps.of(x), &weighed[x * kLanes]);
    }
    for (int64_t r = 0; r < n_rows; ++r) {
      uint8_t* row = out.row(y0 + r).data();
      for (size_t x = 0; x < out_w; ++x) std::copy_n(&weighed[x * kLanes + 3 * static_cast<size_t>(r)], 3, row + 3 * x);
    }
  }
  return out;
}

/// Rows first .. first + count - 1 of the result.
Image resize_rows(const Image& source, const Taps<int32_t>& taps, int64_t first, int64_t count) {
  Image out = make_image(source.width, count);
  const size_t stride = static_cast<size_t>(source.width) * 3;
  for (int64_t y = 0; y < count; ++y) {
    const auto i = static_cast<size_t>(first + y);
    const uint8_t* above = source.rgb.data() + taps.first[i] * stride;
    uint8_t* row = out.row(y).data();
    size_t l = 0;
    for (; l + kLanes <= stride; l += kLanes) weigh_lanes(above + l, stride, taps.of(i), row + l);
    for (; l < stride; ++l) {
      int32_t sum = 1 << (kWeightBits - 1);
      const uint8_t* sample = above + l;
      for (const int32_t weight : taps.of(i)) {
        sum += weight * *sample;
        sample += stride;
      }
      row[l] = static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
    }
  }
  return out;
}

/// One pass over float numbers seen as [n_outer, in, n_inner]; the result is [n_outer, out, n_inner].
std::vector<float> resize_axis(std::span<const float> values, size_t n_outer, size_t in, size_t n_inner, size_t out,
                               Filter filter) {
  const Taps<double> taps = make_taps(static_cast<int64_t>(in), static_cast<int64_t>(out), filter);
  std::vector<float> result(n_outer * out * n_inner);
  for (size_t o = 0; o < n_outer; ++o) {
    for (size_t i = 0; i < out; ++i) {
      for (size_t c = 0; c < n_inner; ++c) {
        double sum = 0;
        const float* value = &values[(o * in + taps.first[i]) * n_inner + c];
        for (const double weight : taps.of(i)) {
          sum += static_cast<double>(*value) * weight;
          value += n_inner;
        }
        result[(o * out + i) * n_inner + c] = static_cast<float>(sum);
      }
    }
  }
  return result;
}

}  // namespace

Filter parse_filter(std::string_view name) {
  const auto* found = std::find(kFilterNames.begin(), kFilterNames.end(), name);
  if (found != kFilterNames.end()) return static_cast<Filter>(found - kFilterNames.begin());
  const std::array<std::string, 4> words{"box", "bilinear", "bicubic", "lanczos"};
  const std::string nearest = base::nearest_word(name, words.data(), words.data() + words.size());
  throw base::UsageError("'" + base::printable(name) + "' is not a filter" +
                         (nearest.empty() ? "" : " (did you mean " + nearest + "?)") +
                         "; use lanczos, bicubic, bilinear or box");
}

std::string_view filter_name(Filter filter) noexcept { return kFilterNames[static_cast<size_t>(filter)]; }

Image resize(const Image& source, int64_t width, int64_t height, Filter filter) {
  return Resizer(source, width, height, filter).rows(0, height);
}

Resizer::Resizer(const Image& source, int64_t width, int64_t height, Filter filter) : height_(height) {
  if (source.width < 1 || source.height < 1 || width < 1 || height < 1)
    throw std::invalid_argument("resize: an empty picture");
  wide_ = width == source.width ? source : resize_columns(source, width, filter);
  if (height != source.height)
    taps_ = std::make_shared<const Taps<int32_t>>(fixed_taps(make_taps(source.height, height, filter)));
}

Image Resizer::rows(int64_t first, int64_t count) const {
  if (first < 0 || count < 1 || first > height_ - count)
    throw std::invalid_argument("Resizer: rows outside the result");
  if (taps_) return resize_rows(wide_, *taps_, first, count);
  if (count == height_) return wide_;
  Image out = make_image(wide_.width, count);
  std::ranges::copy(std::span(wide_.rgb).subspan(static_cast<size_t>(first * wide_.width * 3), out.rgb.size()),
                    out.rgb.begin());
  return out;
}

Image center_crop(const Image& source) {
  const int64_t side = std::min(source.width, source.height);
  const int64_t x0 = (source.width - side) / 2, y0 = (source.height - side) / 2;
  Image out = make_image(side, side);
  for (int64_t y = 0; y < side; ++y) {
    std::ranges::copy(source.row(y0 + y).subspan(static_cast<size_t>(3 * x0), static_cast<size_t>(3 * side)),
                      out.row(y).begin());
  }
  return out;
}

std::vector<float> resize_float(std::span<const float> pixels, int64_t in_width, int64_t in_height, int64_t channels,
                                int64_t width, int64_t height, Filter filter) {
  if (in_width < 1 || in_height < 1 || channels < 1 || width < 1 || height < 1 ||
      pixels.size() != static_cast<size_t>(in_width * in_height * channels)) {
    throw std::invalid_argument("resize_float: sizes do not fit");
  }
  const auto in_w = static_cast<size_t>(in_width), in_h = static_cast<size_t>(in_height),
             n_c = static_cast<size_t>(channels);
  const auto out_w = static_cast<size_t>(width), out_h = static_cast<size_t>(height);
  std::vector<float> result(pixels.begin(), pixels.end());
  if (out_w != in_w) result = resize_axis(result, in_h, in_w, n_c, out_w, filter);
  if (out_h != in_h) result = resize_axis(result, 1, in_h, out_w * n_c, out_h, filter);
  for (float& value : result) value = std::clamp(value, 0.0F, 255.0F);
  return result;
}

}  // namespace inr::image
