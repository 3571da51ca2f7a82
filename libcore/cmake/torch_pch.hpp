// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The precompiled header of every target that uses LibTorch. torch/torch.h would cost twice as much and adds modules,
// optimisers and data loaders that this project does not use.
#pragma once
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>
