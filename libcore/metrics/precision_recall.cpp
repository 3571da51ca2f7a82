// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Squared distances by products of blocks, |x|^2 + |y|^2 - 2 x.y about a common
// centre, in float64. Their rounding (some 1e-13 of |x|^2 + |y|^2) matters only
// on a rim; there the sum of squared differences decides.
#include "metrics/precision_recall.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/worker_pool.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/feature_rows.hpp"

namespace inr::metrics {
namespace {

constexpr int64_t kPieceRows = 256;   // work of one thread at a time
constexpr int64_t kBlockRows = 1024;  // it goes through the other set in
constexpr double kRim = 1e-12;        // of |x|^2 + |y|^2: more than the rounding of a product of d = 10^4

// Rows of a set about the centre, as the products need them.
struct Block {
  Block(const at::Tensor& set, int64_t at, int64_t size, const at::Tensor& centre)
      : first(at), rows(set.slice(0, at, std::min(at + size, set.size(0))).to(at::kDouble) - centre) {
    const at::Tensor sums = rows.square().sum(1);
    squares.assign(sums.const_data_ptr<double>(), sums.const_data_ptr<double>() + sums.numel());
  }
  int64_t first;
  at::Tensor rows;              // [n, d]
  std::vector<double> squares;  // |x|^2
};

double exact_distance(const at::Tensor& set, int64_t i, const at::Tensor& other, int64_t j) {
  return (set.select(0, i).to(at::kDouble) - other.select(0, j).to(at::kDouble)).square().sum().item<double>();
}

// visit(i, j, d2, rim): row i of x, row j of y, their squared distance and how
// far off it may be.
template <class Visit>
void each_distance(const Block& x, const Block& y, const Visit& visit) {
  const at::Tensor products = x.rows.mm(y.rows.t());  // [nx, ny]
  const double* dot = products.const_data_ptr<double>();
  for (size_t i = 0; i < x.squares.size(); ++i) {
    for (size_t j = 0; j < y.squares.size(); ++j, ++dot) {
      const double sum = x.squares[i] + y.squares[j];
      visit(i, j, sum - 2 * *dot, kRim * sum);
    }
  }
}

int64_t n_pieces(const at::Tensor& set) { return (set.size(0) + kPieceRows - 1) / kPieceRows; }

struct Neighbour {
  double distance = std::numeric_limits<double>::infinity();
  int64_t row = -1;
};

// Squared distance of every row to its k-th nearest other row.
std::vector<double> radii(const at::Tensor& set, int64_t k, const at::Tensor& centre, base::WorkerPool& pool) {
  std::vector<double> out(static_cast<size_t>(set.size(0)));
  const auto n_near = static_cast<size_t>(k);
  pool.run(n_pieces(set), [&](int64_t piece) {
    const Block x(set, piece * kPieceRows, kPieceRows, centre);
    std::vector<Neighbour> near(x.squares.size() * n_near);  // of each row the k nearest so far, nearest first
    for (int64_t first = 0; first < set.size(0); first += kBlockRows) {
      const Block y(set, first, kBlockRows, centre);
      each_distance(x, y, [&](size_t i, size_t j, double distance, double) {
        Neighbour* row = &near[i * n_near];
        if (distance >= row[n_near - 1].distance) return;
        const int64_t other = y.first + static_cast<int64_t>(j);
        if (other == x.first + static_cast<int64_t>(i)) return;  // itself
        size_t at = n_near - 1;
        for (; at > 0 && row[at - 1].distance > distance; --at) row[at] = row[at - 1];
        row[at] = {distance, other};
      });
    }
    for (size_t i = 0; i < x.squares.size(); ++i) {
      const int64_t row = x.first + static_cast<int64_t>(i);
      out[static_cast<size_t>(row)] = exact_distance(set, row, set, near[i * n_near + n_near - 1].row);
    }
  });
  return out;
}

// In blocks: mean() with another type would copy the whole set to it.
at::Tensor mean_row(const at::Tensor& set) {
  at::Tensor sum = at::zeros({set.size(1)}, at::kDouble);
  for (const at::Tensor& block : set.split(kBlockRows)) sum += block.to(at::kDouble).sum(0);
  return sum / static_cast<double>(set.size(0));
}

double share(const std::vector<uint8_t>& flags) {
  return static_cast<double>(std::count(flags.begin(), flags.end(), 1)) / static_cast<double>(flags.size());
}

}  // namespace

PrecisionRecall precision_recall(const at::Tensor& real, const at::Tensor& fake, int64_t k, int n_threads) {
  if (k < 1) throw base::UsageError("precision and recall need at least one neighbour");
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  check_row_pair(real, fake, k + 1, "precision and recall");
  field::TorchPool pool(n_threads);
  const at::Tensor centre = mean_row(real);
  const std::vector<double> real_radii = radii(real, k, centre, pool), fake_radii = radii(fake, k, centre, pool);
  std::vector<uint8_t> in_fakes(real_radii.size()), in_reals(fake_radii.size());
  std::mutex mutex;  // of in_reals, which all pieces add to
  pool.run(n_pieces(real), [&](int64_t piece) {
    const Block x(real, piece * kPieceRows, kPieceRows, centre);
    std::vector<uint8_t> found(in_reals.size());
    for (int64_t first = 0; first < fake.size(0); first += kBlockRows) {
      each_distance(x, Block(fake, first, kBlockRows, centre), [&](size_t i, size_t j, double distance, double rim) {
        const auto row = static_cast<size_t>(x.first) + i, other = static_cast<size_t>(first) + j;
        const double real_radius = real_radii[row], fake_radius = fake_radii[other];
        if (distance > std::max(real_radius, fake_radius) + rim) return;
        if (std::abs(distance - real_radius) <= rim || std::abs(distance - fake_radius) <= rim) {
          distance = exact_distance(real, static_cast<int64_t>(row), fake, static_cast<int64_t>(other));
        }
        if (distance <= real_radius) found[other] = 1;
        if (distance <= fake_radius) in_fakes[row] = 1;
      });
    }
    const std::lock_guard lock(mutex);
    for (size_t j = 0; j < found.size(); ++j) in_reals[j] |= found[j];
  });
  return {share(in_reals), share(in_fakes)};
}

}  // namespace inr::metrics
