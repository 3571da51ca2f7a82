// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a training step does with named weights and their gradients. Gradients are lists in the order of the map.
#pragma once
#include <string>
#include <vector>

#include "field/tensor_map.hpp"
#include "gan/adam.hpp"

namespace inr::gan {

/// Leaves that share memory with the weights and record gradients for the time of one step.
field::TensorMap leaves(const field::TensorMap& weights);

/// The learned tensors of the INR that all images share ("inr.*"), against those of the hypernetwork.
bool is_shared(const std::string& name);
/// The tensors of G's map that are shared, or those that are not, in the map's order.
std::vector<at::Tensor> select(const field::TensorMap& map, bool shared);
std::vector<at::Tensor> values(const field::TensorMap& map);

/// sum += more; sum = more where sum is still empty.
void accumulate(std::vector<at::Tensor>& sum, std::vector<at::Tensor> more);

/// Euclidean norm over all elements of all tensors, summed in float64. Waits once for a GPU, not once a tensor.
double norm(const std::vector<at::Tensor>& gradients);

/// Values of scalars, which lie on one device: read in one go.
std::vector<double> read(const std::vector<at::Tensor>& scalars);

/// "the loss of D", "the gradient of D": what is not finite; "" where both are.
std::string fault_of(double loss, double gradient_norm, const char* network);

/// Weights and moments as they are now, to be put back where a later part of the iteration fails. beta1: with 0
/// adam_step() puts other tensors into m's place, so that these need no copy.
class SavedWeights {
 public:
  SavedWeights(const field::TensorMap& weights, const AdamState& adam, double beta1);
  void restore(field::TensorMap& weights, AdamState& adam) &&;

 private:
  field::TensorMap weights_;
  AdamState adam_;
};

}  // namespace inr::gan
