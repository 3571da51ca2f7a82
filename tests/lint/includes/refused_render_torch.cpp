// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Drawing is done without LibTorch.
#include <torch/types.h>
