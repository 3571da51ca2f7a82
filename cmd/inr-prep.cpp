// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-prep: pictures into a dataset, and out again. The work is dataset/prepare.hpp.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "base/writable.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "dataset/dataset.hpp"
#include "dataset/prepare.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-prep",
    .summary = "make a dataset from pictures",
    .synopsis = {"SOURCE... -o DATASET --size N [OPTION...]", "DATASET --export DIR"},
    .description =
        {"Reads pictures, crops and resizes them, and stores them in one file for inr-train and inr-fid. A SOURCE is a "
         "folder (with its subfolders), a zip, an LSUN LMDB, a dataset, a font with colour pictures (such as "
         "NotoColorEmoji.ttf), a single picture, or - for paths on stdin, one per line. Sources and pictures are "
         "recognised by their bytes: PNG, JPEG, WebP or PPM, any depth; in folders and zips files named .png .jpg "
         ".jpeg .webp .ppm "
         ".pgm "
         "(in any case) are taken, sorted by name, hidden ones left out. Transparency is laid over --background.",
         // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): paragraphs, each of several lines
         "A build that was interrupted, in whatever way, is continued by the same command, and ends with the same "
         "content "
         "hash as one that was not. The same command on a complete dataset does nothing. One line of result goes to "
         "stdout: pictures, size, codec, content hash.",
         "A dataset keeps size, time of modification and checksum of every source picture (zip: the CRC-32 of the "
         "member; LMDB: its transaction number, size and time). Before a build is continued or called complete they "
         "are compared with the sources: a picture that changed, or another one under its name, is named and ends "
         "the run with status 1, and the dataset stays as it is. Folders may be moved and copied: where the time alone "
         "differs, the contents are read and compared. --recheck reads all. Of a dataset made by a version that kept "
         "none of this, one line says that it cannot be checked. A picture that is being written ends the run.",
         "--crop center takes the centred square and resizes it to N x N. --crop none keeps the sides' ratio: the "
         "shorter "
         "side becomes N, or every picture keeps its size where --size is not given. Resizing equals Pillow's.",
         "A picture that cannot be read ends the run with status 1, named on stderr; with --skip-bad it is named and "
         "left "
         "out, and --max-bad bounds how many are. What was stored before stays, and the next run continues from "
         "there."},
    .examples = {{"inr-prep photos/ -o photos.inrd --size 64", "A folder of photographs:"},
                 {"find . -name '*.webp' | inr-prep - -o found.inrd --size 128 --skip-bad", "Paths on stdin:"},
                 {"inr-prep church_outdoor_train_lmdb -o churches.inrd --preset lsun256", "An LSUN category:"},
                 {"inr-prep photos.inrd --export pictures/", "The pictures of a dataset as files:"},
                 {"inr-prep /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf -o emoji32.inrd --preset emoji32",
                  "The 3,926 emoji of Debian's package fonts-noto-color-emoji:", true}},
    .see_also = {"inr-train(1)", "inr-info(1)", "inr-dataset(5)"},
    .exit_notes = {"3  more pictures than --max-bad could not be read",
                   "75  interrupted by SIGINT or SIGTERM; the same command continues"},
};

struct Arguments {
  std::vector<std::string> sources;
  std::string export_folder, preset;
  dataset::PrepareOptions scratch;                            // the defaults shown; values are checked here when read
  std::vector<std::pair<std::string, std::string>> settings;  // (option, value) as typed: they win over the preset's
  cli::CommonOptions common;
};

void bind(cli::Options& options, Arguments& arguments) {
  const auto setting = [&](const std::string& name, const std::string& help, cli::Hints hints) {
    options.add_parsed(
        name,
        [&arguments, name](const std::string& value) {
          dataset::set_prepare_option(arguments.scratch, name, value);
          arguments.settings.emplace_back(name, value);
        },
        help, std::move(hints));
  };
  options.add_positional("SOURCE", arguments.sources, "where pictures come from; - is paths on stdin",
                         {.completion = cli::Completion::kFile});
  cli::add_out(options, arguments.common.out, "the dataset to write or to continue",
               {.metavar = "DATASET", .completion = cli::Completion::kFile});
  std::vector<std::string> presets;
  for (const dataset::PreparePreset& preset : dataset::prepare_presets()) presets.push_back(preset.name);
  options.add("--preset", arguments.preset, "a named set of the options below, printed; options given beside it win",
              {.metavar = "NAME", .choices = presets});
  setting("--size", "side of the stored pictures in pixels", {.metavar = "N"});
  setting("--crop", "centred square, or whole pictures",
          {.metavar = "HOW", .default_text = "center", .suggestions = {"center", "none"}});
  setting("--filter", "resampling filter",
          {.metavar = "NAME", .default_text = "lanczos", .suggestions = {"lanczos", "bicubic", "bilinear", "box"}});
  setting("--codec", "how pictures are stored; Q is JPEG's quality, 1 to 100, 95 where it is not given",
          {.metavar = "png|jpg[:Q]|raw", .default_text = "png", .suggestions = {"png", "jpg", "raw"}});
  setting("--background", "colour behind transparent pixels: white, black or #rrggbb",
          {.metavar = "COLOUR", .default_text = "white", .suggestions = {"white", "black"}});
  setting("--limit", "take only the first N pictures", {.metavar = "N", .default_text = "all"});
  options.add_flag("--skip-bad", arguments.scratch.skip_bad, "name pictures that cannot be read, and leave them out");
  setting("--max-bad", "like --skip-bad, but exit with status 3 when more than N are left out",
          {.metavar = "N", .default_text = "no bound"});
  options.add_flag("--recheck", arguments.scratch.recheck,
                   "read all sources of an existing dataset and compare their contents, not sizes and times alone");
  options.add("--export", arguments.export_folder, "write the pictures of the dataset to DIR/000000.png, ...",
              {.metavar = "DIR", .completion = cli::Completion::kFolder});
  cli::add_common(options, arguments.common, cli::kThreads | cli::kJson);
}

// Preset first, then what was typed.
dataset::PrepareOptions resolve(const Arguments& arguments) {
  dataset::PrepareOptions options;
  for (const dataset::PreparePreset& preset : dataset::prepare_presets()) {
    if (preset.name != arguments.preset) continue;
    std::string line = "preset " + preset.name + ":";
    for (const auto& [name, value] : preset.options) {
      dataset::set_prepare_option(options, name, value);
      line += " " + name + " " + value;
    }
    base::log_info(line);
  }
  for (const auto& [name, value] : arguments.settings) dataset::set_prepare_option(options, name, value);
  options.skip_bad |= arguments.scratch.skip_bad;
  options.recheck = arguments.scratch.recheck;
  options.out = arguments.common.out;
  options.n_threads = arguments.common.n_threads;
  options.program_version = cli::version();
  return options;
}

base::ExitCode build(const Arguments& arguments) {
  const dataset::PrepareOptions options = resolve(arguments);
  dataset::check_prepare_options(options);
  // Before a million pictures are listed; the folder of --export before they are prepared.
  base::require_extensible(options.out);
  if (!arguments.export_folder.empty()) base::require_folder(arguments.export_folder);
  const std::unique_ptr<dataset::PictureSource> source =
      dataset::open_sources(arguments.sources, std::cin, options.limit);
  const cli::InterruptFlag interrupt;
  base::Progress check_bar("comparing", static_cast<uint64_t>(source->size()), "sources");
  base::Progress bar("preparing", static_cast<uint64_t>(source->size()), "pictures");
  dataset::PrepareCallbacks callbacks;
  callbacks.progress = [&](int64_t n_done, int64_t) { bar.update(static_cast<uint64_t>(n_done)); };
  callbacks.checked = [&](int64_t n_done, int64_t n_total) {
    check_bar.update(static_cast<uint64_t>(n_done));
    if (n_done == n_total) check_bar.clear();
  };
  callbacks.bad_picture = [&](const std::string& fault) {
    bar.clear();
    base::log_warning("left out: " + fault);
  };
  callbacks.interrupted = [&] { return interrupt.raised(); };
  const dataset::PrepareReport report = dataset::prepare(*source, options, callbacks);
  bar.clear();

  for (const std::string& line : dataset::remarks(report, options)) base::log_info(line);
  if (report.end == dataset::PrepareEnd::kTooManyBad) return base::ExitCode::kThreshold;
  if (report.end == dataset::PrepareEnd::kInterrupted || report.end == dataset::PrepareEnd::kCheckInterrupted)
    return base::ExitCode::kInterrupted;
  const std::string line = dataset::result_line(report, options.out, arguments.common.json) + "\n";
  base::write_all(1, std::as_bytes(std::span(line)), "stdout");
  return base::ExitCode::kOk;
}

void export_dataset(const std::string& path, const std::string& folder) {
  base::require_folder(folder);
  const dataset::DatasetReader dataset(path);
  base::Progress bar("exporting", static_cast<uint64_t>(dataset.size()), "pictures");
  const int64_t n_files = dataset::export_pictures(
      dataset, folder, [&](int64_t n_done, int64_t) { bar.update(static_cast<uint64_t>(n_done)); });
  bar.clear();
  base::log_info(std::to_string(n_files) + " pictures in " + folder);
}

// Pictures written into a source would be among its pictures when the same command is given again.
void refuse_export_into_source(const Arguments& arguments) {
  std::error_code error;
  const std::filesystem::path folder =
      std::filesystem::weakly_canonical(std::filesystem::absolute(arguments.export_folder, error), error);
  if (error) return;  // reported when it is written to
  for (const std::string& name : arguments.sources) {
    if (!std::filesystem::is_directory(name, error)) continue;
    const std::filesystem::path source = std::filesystem::canonical(name, error);
    if (error || std::mismatch(source.begin(), source.end(), folder.begin(), folder.end()).first != source.end())
      continue;
    throw base::UsageError("--export " + base::printable(arguments.export_folder) + " lies in the source " +
                           base::printable(name) + ", which would then hold other pictures; name a folder outside it");
  }
}

base::ExitCode run(const Arguments& arguments) {
  if (arguments.sources.empty())
    throw base::UsageError("no SOURCE was given; name a folder, zip, LMDB, dataset or font");
  const bool builds = !arguments.common.out.empty();
  if (!builds && arguments.export_folder.empty())
    throw base::UsageError("no output was given; name the dataset with -o DATASET");
  if (arguments.common.out == "-") throw base::UsageError("-o -: a dataset cannot be written to a pipe; name a file");
  if (!builds && (arguments.sources.size() != 1 || !arguments.settings.empty() || !arguments.preset.empty() ||
                  arguments.scratch.recheck))
    throw base::UsageError(
        "--export without -o takes one dataset and no options of a build; name a new dataset with -o");
  if (builds) {
    if (!arguments.export_folder.empty()) refuse_export_into_source(arguments);
    const base::ExitCode code = build(arguments);
    if (code != base::ExitCode::kOk) return code;
  }
  if (!arguments.export_folder.empty())
    export_dataset(builds ? arguments.common.out : arguments.sources.front(), arguments.export_folder);
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); }, [&] { return run(arguments); });
}
