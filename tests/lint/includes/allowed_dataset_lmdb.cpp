// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A room sees its own row: the control of the refused ones.
#include "lmdb/lmdb_reader.hpp"
