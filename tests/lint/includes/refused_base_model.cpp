// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Room base stands below all others.
#include "model/config.hpp"
