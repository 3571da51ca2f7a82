// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inspect reads what runs and the formats say, not the authors' pickles (and model stands behind both).
#include "released/released_import.hpp"
