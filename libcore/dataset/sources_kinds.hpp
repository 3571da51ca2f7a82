// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The kinds of sources, one file each; open_source() in sources.cpp chooses. limit as there.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/sources.hpp"

namespace inr::dataset {

std::unique_ptr<PictureSource> open_folder_source(const std::string& path, int64_t limit);
/// kind: "list" (names are the paths) or "file" (a single picture, its name without the folder).
std::unique_ptr<PictureSource> open_list_source(std::vector<std::string> paths, const std::string& kind);
std::unique_ptr<PictureSource> open_zip_source(const std::string& path, int64_t limit);
/// PNG pictures that lie whole in the file, as in the CBDT table of colour fonts, in file order: emoji-00000.png, ...
std::unique_ptr<PictureSource> open_font_source(const std::string& path, int64_t limit);
/// A dataset of ours, or any LMDB whose main database maps names to picture files (LSUN).
std::unique_ptr<PictureSource> open_lmdb_source(const std::string& path, int64_t limit);

/// Does a file of this name belong to a folder or zip of pictures? .png .jpg .jpeg .webp .ppm .pgm in any case; no part
/// of the path begins with a dot or is __MACOSX (what file managers leave behind).
bool is_picture_name(std::string_view relative_path);

/// Size and time of modification; links are followed. Nothing for what is not a regular file. Throws SystemError.
std::optional<PictureStamp> file_stamp(const std::string& path);

/// Fewer pictures than there are where limit > 0.
size_t limited_count(size_t n, int64_t limit) noexcept;

}  // namespace inr::dataset
