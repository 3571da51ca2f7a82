// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Both routes to the trace of sqrt(S1 S2). Factorizations and solvers run in one thread and products in fixed pieces,
// so that no bit depends on the number of threads.
#include "metrics/frechet.hpp"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/log.hpp"
#include "field/thread_count.hpp"
#include "field/torch_pool.hpp"
#include "metrics/fixed_product.hpp"

namespace inr::metrics {
namespace {

void check_side(const Statistics& side, int64_t dims) {
  const auto d = side.dims();
  if (d != dims || side.covariance.dim() != 2 || side.covariance.size(0) != d || side.covariance.size(1) != d) {
    throw base::DataError("Frechet distance: the sides have " + std::to_string(dims) + " and " + std::to_string(d) +
                          " features per image; use statistics of the same network");
  }
  if (!at::isfinite(side.mean).all().item<bool>() || !at::isfinite(side.covariance).all().item<bool>()) {
    throw base::DataError(base::Fault::kDamaged, {},
                          "Frechet distance: a statistic is not finite; the statistics are damaged");
  }
}

at::Tensor symmetric_part(const at::Tensor& matrix) { return (matrix + matrix.t()) * 0.5; }

// S^1/2 of a symmetric matrix, negative eigenvalues (rounding) taken as 0.
at::Tensor square_root(const at::Tensor& matrix, base::WorkerPool& pool) {
  const auto [values, vectors] = at::linalg_eigh(symmetric_part(matrix));
  return fixed_product(vectors * values.clamp_min(0).sqrt(), vectors.t(), pool);
}

// The lower factor L of S = L L^T, undefined where S is not positive definite.
at::Tensor cholesky_factor(const at::Tensor& matrix) {
  const auto [factor, fault] = at::linalg_cholesky_ex(symmetric_part(matrix));
  return fault.item<int>() == 0 ? factor : at::Tensor();
}

// S1 S2 has the eigenvalues of F^T S2 F for any F F^T = S1. L of either side is some ten times quicker than a square
// root and no less exact: L L^T is within rounding of S. The root is for sides that both lack rank.
double trace_symmetric(const at::Tensor& real, const at::Tensor& fake, base::WorkerPool& pool) {
  at::Tensor factor = cholesky_factor(real);
  const at::Tensor* other = &fake;
  if (!factor.defined()) {
    factor = cholesky_factor(fake);
    other = &real;
  }
  const bool lower = factor.defined();
  if (!lower) {
    factor = square_root(real, pool);
    other = &fake;
  }
  const at::Tensor values = at::linalg_eigvalsh(fixed_congruence(factor, symmetric_part(*other), lower, pool), "L");
  return values.clamp_min(0).sqrt().sum().item<double>();
}

double trace_nuclear(const Statistics& real, const Statistics& fake, base::WorkerPool& pool) {
  const auto factor = [&pool](const Statistics& side) {
    return side.factor.defined() ? side.factor : square_root(side.covariance, pool);
  };
  return at::linalg_svdvals(fixed_product(factor(real), factor(fake).t(), pool)).sum().item<double>();
}

// As many as there are pieces of a product of these statistics, and no more than LibTorch had.
int n_workers(int n_threads, int64_t dims) {
  return static_cast<int>(std::min<int64_t>(n_threads, n_product_pieces(dims, dims)));
}

}  // namespace

double frechet_distance(const Statistics& real, const Statistics& fake, FrechetRoute route) {
  const c10::InferenceMode no_gradients;
  const field::ThreadCountGuard one_thread(1);
  check_side(real, real.dims());
  check_side(fake, real.dims());
  field::TorchPool pool(n_workers(one_thread.before(), real.dims()));
  const at::Tensor step = real.mean - fake.mean;
  double root = NAN;
  try {
    root = route == FrechetRoute::kSymmetric ? trace_symmetric(real.covariance, fake.covariance, pool)
                                             : trace_nuclear(real, fake, pool);
  } catch (const c10::LinAlgError&) {  // the solver gives up on numbers near overflow, which no features have
  }
  const double distance = step.dot(step).item<double>() + real.covariance.trace().item<double>() +
                          fake.covariance.trace().item<double>() - 2 * root;
  if (!std::isfinite(distance)) {
    throw base::DataError(base::Fault::kDamaged, {},
                          "Frechet distance: the covariances are too large to be those of features; they are damaged");
  }
  return distance;
}

double frechet_distance(const Statistics& real, const Statistics& fake) {
  const bool few = real.factor.defined() || fake.factor.defined();
  return frechet_distance(real, fake, few ? FrechetRoute::kNuclear : FrechetRoute::kSymmetric);
}

void check_rank(const std::string& name, int64_t n_images, int64_t dims) {
  if (n_images == 0 || n_images > dims) return;
  throw base::DataError(name,
                        std::to_string(n_images) + " images for " + std::to_string(dims) +
                            " features give a covariance without full rank",
                        "use more than " + std::to_string(dims) + " images, or --allow-few");
}

void warn_few(const std::string& name, int64_t n_images) {
  if (n_images == 0) {
    base::log_warning(name + ": the statistics do not say from how many images they were made");
  } else if (n_images < kFewImages) {
    base::log_warning(name + ": only " + std::to_string(n_images) + " images (fewer than " +
                      std::to_string(kFewImages) +
                      "): compare this score only with scores from the same numbers of images");
  }
}

}  // namespace inr::metrics
