// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Whether an output can be written, found out before the work whose result it takes: hours of measuring are not lost to
// a folder that is not there. Each function tries what the writing will do and leaves everything as it was: nothing is
// replaced, cut or made that stays. What changes between the trial and the writing is not foreseen.
#pragma once
#include <string>
#include <string_view>

namespace inr::base {

class SystemError;

/// Of a file that AtomicFile will write. A named pipe is not opened, since its reader would see it end. Throws
/// SystemError (folder missing or not writable, a folder of that name, a file that cannot be replaced: immutable, or of
/// another user in a folder like /tmp), UsageError (empty name).
void require_replaceable(const std::string& path);

/// Of a file that will be written in place (a log, a dataset), and made where it is missing. Throws the same.
void require_extensible(const std::string& path);

/// Of a folder that will be made where it is missing, with those above it, and filled with files. Throws the same.
void require_folder(const std::string& path);

/// Throws SystemError "PATH: cannot ACTION: strerror; WAY_OUT" about an output. error_number: errno.
[[noreturn]] void refuse_output(const std::string& path, std::string_view action, int error_number);

/// Was it that a disk, or the user's share of it, is full?
bool is_out_of_room(const SystemError& error);

}  // namespace inr::base
