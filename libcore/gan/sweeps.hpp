// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Passes over whole tensors that are bound by memory: each reads and writes every number once, in parallel chunks of a
// fixed size, so that the bits do not depend on the number of threads.
#pragma once
#include <torch/types.h>

namespace inr::gan {

/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  p -= rate m / (sqrt(v) / root + epsilon)
struct AdamSweep {
  double beta1 = 0, beta2 = 0;
  double rate = 0;  // learning rate / (1 - beta1^t)
  double root = 1;  // sqrt(1 - beta2^t)
  double epsilon = 0;
};

/// All four of one shape and type. beta1 = 0 leaves m alone: the caller takes the gradient for it.
void adam_sweep(const AdamSweep& adam, const at::Tensor& g, at::Tensor& m, at::Tensor& v, at::Tensor& p);

/// average = decay average + (1 - decay) p
void average_sweep(double decay, const at::Tensor& p, at::Tensor& average);

/// Sum of the squares of all elements, in float64.
double sum_of_squares(const at::Tensor& x);

}  // namespace inr::gan
