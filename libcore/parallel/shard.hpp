// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Which images of a batch belong to which process. The discriminator's minibatch standard deviation [Karras et al.,
// 2018, section 3] ties image n to its group n mod (N / 4); each group lives whole on one rank, so that logits and
// their gradients are those of the whole batch, and the mean over ranks is the gradient of the batch.
#pragma once
#include <cstdint>
#include <vector>

namespace inr::parallel {

/// Images of one group of the minibatch standard deviation (a batch of fewer is one group).
inline constexpr int64_t kGroupSize = 4;

/// Indices in 0 .. batch - 1 of the images of one rank, [batch / size]: a run of whole groups, in the order in which
/// the discriminator, given these images alone, forms the same groups again. Throws base::UsageError where batch / size
/// is neither a multiple of 4 nor the whole batch, naming the sizes that work.
std::vector<int64_t> images_of_rank(int64_t batch, int rank, int size);

}  // namespace inr::parallel
