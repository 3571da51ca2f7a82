// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "gan/blur.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <vector>

namespace inr::gan {
namespace {

constexpr double kOuter = 0.125, kInner = 0.375;
/// Zeros kept on both sides of a line, in cells: enough for every kind.
constexpr int64_t kMargin = 2;

int64_t size_after(int64_t size, Blur kind) {
  switch (kind) {
    case Blur::kWiden:
      return size + 1;
    case Blur::kNarrow:
      return size - 1;
    case Blur::kHalve:
      return size / 2;
    case Blur::kDouble:
      return 2 * size;
  }
  return 0;
}

Blur transposed(Blur kind) {
  switch (kind) {
    case Blur::kWiden:
      return Blur::kNarrow;
    case Blur::kNarrow:
      return Blur::kWiden;
    case Blur::kHalve:
      return Blur::kDouble;
    case Blur::kDouble:
      return Blur::kHalve;
  }
  return kind;
}

/// Taps of one output cell along one axis: weight[t] belongs to input cell first + t (which may lie outside: zero).
struct Taps {
  int64_t first = 0;
  std::array<double, 4> weights{};
};

Taps taps_of(int64_t o, Blur kind) {
  switch (kind) {
    case Blur::kWiden:
      return {o - 2, {kOuter, kInner, kInner, kOuter}};
    case Blur::kNarrow:
      return {o - 1, {kOuter, kInner, kInner, kOuter}};
    case Blur::kHalve:
      return {2 * o - 1, {kOuter, kInner, kInner, kOuter}};
    case Blur::kDouble:  // every second tap, in turn
      return o % 2 == 0 ? Taps{o / 2 - 1, {kOuter, kInner, 0, 0}} : Taps{o / 2, {kInner, kOuter, 0, 0}};
  }
  return {};
}

/// Planes of H x W cells, each of `inner` numbers that lie together: 1 for planar tensors, C for channels last.
struct Planes {
  int64_t count = 0, height = 0, width = 0, inner = 0;
  [[nodiscard]] int64_t size() const { return height * width * inner; }
};

/// to = sum of the rows under the taps of output row o.
template <typename T>
void filter_rows(const T* plane, const Planes& planes, int64_t o, Blur kind, const T* zeros, T* to) {
  const int64_t n = planes.width * planes.inner;
  const Taps taps = taps_of(o, kind);
  std::array<const T*, 4> rows{};
  for (int64_t t = 0; t < 4; ++t) {
    const int64_t y = taps.first + t;
    rows[static_cast<size_t>(t)] = y >= 0 && y < planes.height ? plane + y * n : zeros;
  }
  const auto w = [&](size_t t) { return static_cast<T>(taps.weights[t]); };
  const T a = w(0);
  const T b = w(1);
  if (kind == Blur::kDouble) {
    for (int64_t i = 0; i < n; ++i) to[i] = a * rows[0][i] + b * rows[1][i];
  } else {  // a and b, then the same backwards
    for (int64_t i = 0; i < n; ++i) to[i] = a * (rows[0][i] + rows[3][i]) + b * (rows[1][i] + rows[2][i]);
  }
}

/// One line of cells, with kMargin cells of zeros before `line` and after its end, to one output line.
template <typename T>
void filter_line(const T* line, int64_t n_out, int64_t inner, Blur kind, T* to) {
  const T a = static_cast<T>(kOuter);
  const T b = static_cast<T>(kInner);
  const auto sum = [a, b](const T* p, int64_t step) { return a * (p[0] + p[3 * step]) + b * (p[step] + p[2 * step]); };
  switch (kind) {
    case Blur::kWiden:
    case Blur::kNarrow: {
      const T* from = line + taps_of(0, kind).first * inner;
      for (int64_t i = 0; i < n_out * inner; ++i) to[i] = sum(from + i, inner);
      break;
    }
    case Blur::kHalve:
      if (inner == 1) {
        for (int64_t o = 0; o < n_out; ++o) to[o] = sum(line + 2 * o - 1, 1);
      } else {
        for (int64_t o = 0; o < n_out; ++o) {
          const T* from = line + (2 * o - 1) * inner;
          for (int64_t i = 0; i < inner; ++i) to[o * inner + i] = sum(from + i, inner);
        }
      }
      break;
    case Blur::kDouble:
      for (int64_t o = 0; o < n_out / 2; ++o) {
        const T* from = line + o * inner;
        T* even = to + 2 * o * inner;
        for (int64_t i = 0; i < inner; ++i) {
          even[i] = a * from[i - inner] + b * from[i];
          even[inner + i] = b * from[i] + a * from[inner + i];
        }
      }
      break;
  }
}

template <typename T>
void filter_planes(const T* in, const Planes& planes, Blur kind, T* out) {
  const int64_t h_out = size_after(planes.height, kind);
  const int64_t w_out = size_after(planes.width, kind);
  const int64_t row_out = w_out * planes.inner;
  // Rows of all planes in one range, so that a few planes of many channels are shared out as well.
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, row_out));
  at::parallel_for(0, planes.count * h_out, grain, [&](int64_t begin, int64_t end) {
    const std::vector<T> zeros(static_cast<size_t>(planes.width * planes.inner));
    std::vector<T> line(static_cast<size_t>((planes.width + 2 * kMargin) * planes.inner));
    for (int64_t i = begin; i < end; ++i) {
      T* cells = line.data() + kMargin * planes.inner;
      filter_rows(in + i / h_out * planes.size(), planes, i % h_out, kind, zeros.data(), cells);
      filter_line<T>(cells, w_out, planes.inner, kind, out + i * row_out);
    }
  });
}

at::Tensor filter(const at::Tensor& x, Blur kind) {
  if (!x.device().is_cpu()) return blur_by_convolution(x, kind);
  const bool last = !x.is_contiguous() && x.is_contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor in = last ? x : x.contiguous();
  const at::Tensor out = at::empty({x.size(0), x.size(1), size_after(x.size(2), kind), size_after(x.size(3), kind)},
                                   x.options(), last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  const Planes planes = last ? Planes{x.size(0), x.size(2), x.size(3), x.size(1)}
                             : Planes{x.size(0) * x.size(1), x.size(2), x.size(3), 1};
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "blur", [&] {
    filter_planes(in.const_data_ptr<scalar_t>(), planes, kind, out.data_ptr<scalar_t>());
  });
  return out;
}

class BlurFunction : public torch::autograd::Function<BlurFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, int64_t kind) {
    ctx->saved_data["kind"] = kind;
    return filter(x, static_cast<Blur>(kind));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& d_out) {
    return {blur(d_out[0], transposed(static_cast<Blur>(ctx->saved_data["kind"].toInt()))), at::Tensor()};
  }
};

}  // namespace

at::Tensor blur_by_convolution(const at::Tensor& x, Blur kind) {
  // The taps are made where they are used: copies to a GPU would wait for it.
  at::Tensor taps = at::full({4}, kInner, x.options());
  taps.narrow(0, 0, 1).fill_(kOuter);
  taps.narrow(0, 3, 1).fill_(kOuter);
  const int64_t n = x.size(1);
  const at::Tensor kernel = at::outer(taps, taps).expand({n, 1, 4, 4}).contiguous();
  switch (kind) {
    case Blur::kWiden:
      return at::conv2d(x, kernel, {}, {1, 1}, {2, 2}, {1, 1}, n);
    case Blur::kNarrow:
      return at::conv2d(x, kernel, {}, {1, 1}, {1, 1}, {1, 1}, n);
    case Blur::kHalve:
      return at::conv2d(x, kernel, {}, {2, 2}, {1, 1}, {1, 1}, n);
    case Blur::kDouble:
      return at::conv_transpose2d(x, kernel, {}, {2, 2}, {1, 1}, {0, 0}, n);
  }
  return {};
}

at::Tensor blur(const at::Tensor& x, Blur kind) {
  TORCH_CHECK(x.dim() == 4 && (kind != Blur::kHalve || (x.size(2) % 2 == 0 && x.size(3) % 2 == 0)), "blur of ",
              x.sizes());
  return BlurFunction::apply(x, static_cast<int64_t>(kind));
}

}  // namespace inr::gan
