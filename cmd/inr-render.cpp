// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-render: draw INR records as pictures, films or numbers. The work is in libcore/draw.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "draw/frame_pattern.hpp"
#include "draw/grid_picture.hpp"
#include "draw/record_source.hpp"
#include "draw/request.hpp"
#include "draw/sequence.hpp"
#include "field/worker_pool.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-render",
    .summary = "draw INR records as pictures, films or numbers",
    .synopsis = {"[grid|superres] [STREAM...] [OPTION...]", "each [STREAM...] -o 'DIR/%06d.png' [OPTION...]",
                 "zoom [STREAM...] [--window WINDOW] [--to WINDOW --frames N] [OPTION...]"},
    .description =
        {"Reads records from INR streams (stdin where none is named) and draws them. A record is a function of the "
         "plane, so any size and any window can be asked for: the image is 0,0,1,1, with x to the right and y "
         "downwards.",
         "grid (what is done where no mode is named) draws all records as cells of one picture, without gaps, white "
         "where cells are missing. superres is a grid at --scale times the resolution of training. each draws one "
         "picture a record: into numbered files, or one after another as ppm, y4m or npy. zoom draws one record, "
         "through one window or as a film from --window to --to, at a geometric pace.",
         "8 bit = floor(clamp(127.5 v + 128, 0, 255)), 16 bit = floor(clamp(32767.5 v + 32768, 0, 65535)) of the "
         "function's values v. npy holds the values themselves, float32 [N, 3, H, W]; its header needs N, so that "
         "several streams or one of unknown length go to a file. y4m is C444, BT.601 limited range, 30 frames a "
         "second.",
         "The same request gives the same bytes, whatever --threads, --batch, --memory, pipes and files. "
         "Pictures in PNG and JPEG carry the command that draws them again, which inr-info prints.",
         "A stream that was cut short is drawn as far as it goes; then the exit status is 1. A failing run never "
         "replaces the file of -o: what was drawn of it is kept as NAME.partial. Files that each has finished stay.",
         "A grid is laid out when its last record has arrived. Records beyond the bound of --memory wait in an "
         "unnamed file in $TMPDIR (/tmp). With --select in descending order, records wait in memory."},
    .examples = {{"inr-sample -n 16 | inr-render superres --scale 8 --upsample-from 0 -o large.png",
                  "Eight times the resolution of training, every block evaluated between its cells:"},
                 {"inr-render zoom samples.inr --res 512 --to 0.4,0.4,0.5,0.5 --frames 240 | ffmpeg -i - film.mp4",
                  "A film into the first record:"},
                 {"inr-sample -n 1 | inr-render zoom --window=-0.3,-0.3,1.3,1.3 > beyond.png",
                  "Beyond the image, at the density of training:", true},
                 {"inr-sample -n 5 | inr-render each -o 'pictures/%06d.png'", "One file a record:", true},
                 {"inr-sample -n 16 | inr-render --res 512 > grid.png", "A 4 x 4 grid, every cell 512 pixels:", true}},
    .see_also = {"inr-sample(1)", "inr-interp(1)", "inr-info(1)", "inr-stream(5)"},
};

struct Arguments {
  std::vector<std::string> words;  // [MODE] [STREAM...]
  draw::Request request;
  int64_t memory_bytes = draw::kDefaultMemoryBytes;
  cli::CommonOptions common;
};

void bind(cli::Options& options, Arguments& a) {
  draw::Request& r = a.request;
  options.add_positional("MODE|STREAM", a.words, "grid, each, zoom or superres first; then INR streams, - is stdin",
                         {.suggestions = {"grid", "each", "zoom", "superres"}, .completion = cli::Completion::kFile});
  cli::add_out(options, a.common.out, "the picture, film or numbers; for each and frames a name with %06d in it",
               {.metavar = "FILE",
                .default_text = "stdout; inr-render.png where that is a terminal",
                .completion = cli::Completion::kFile});
  const auto size = [&r](const std::string& text) {
    const cli::Size px = cli::parse_size(text);
    r.width = px.width_px;
    r.height = px.height_px;
  };
  options.add_parsed("--res", size, "pixels of a picture (in a grid: of a cell)",
                     {.metavar = "N|WxH", .default_text = "the density of training"});
  options.add("--scale", r.scale, "size as a multiple of the resolution of training",
              {.metavar = "S", .default_text = "superres: 4", .min = 1e-6, .max = 1e6});
  options.exclusive({"--res", "--scale"});
  options.add_parsed("--window", [&r](const std::string& text) { r.window = model::parse_window(text); },
                     "what to show: left, upper, right and lower edge",
                     {.metavar = "x0,y0,x1,y1", .default_text = "0,0,1,1"});
  options.add_parsed("--cells", [&r](const std::string& text) { r.cells = draw::parse_cells(text); },
                     "evaluate at the picture's density, or show the cells of training",
                     {.metavar = "WHICH", .default_text = "density", .suggestions = {"density", "training"}});
  options.add("--upsample-from", r.upsample_from,
              "first block evaluated more densely above the resolution of training; 0 is smoothest",
              {.metavar = "K", .default_text = "the model's", .min = 0, .max = 63});
  options.add_parsed("--select", [&r](const std::string& text) { r.select = cli::parse_index_list(text); },
                     "draw these records only, in this order, counted from 0",
                     {.metavar = "LIST", .default_text = "all; zoom: 0"});
  options.add_parsed("--format", [&r](const std::string& text) { r.format = draw::parse_format(text); },
                     "png, png16, jpg, ppm, y4m or npy",
                     {.metavar = "NAME",
                      .default_text = "by the name of -o, else png; films y4m",
                      .suggestions = {"png", "png16", "jpg", "ppm", "y4m", "npy"}});
  options.group("Grid");
  options.add("--columns", r.columns, "cells in a row",
              {.metavar = "N", .default_text = "ceil(sqrt(n))", .min = 1, .max = 0x7fffffff});
  options.group("Zoom");
  options.add_parsed("--to", [&r](const std::string& text) { r.to = model::parse_window(text); },
                     "last window of a film", {.metavar = "x0,y0,x1,y1"});
  options.add("--frames", r.n_frames, "frames of a film",
              {.metavar = "N", .default_text = std::to_string(draw::kDefaultFrames), .min = 1, .max = 1e7});
  options.group("Work");
  options.add_parsed("--memory", [&a](const std::string& text) { a.memory_bytes = draw::parse_bytes(text); },
                     "bound on pixels, features and parameters held at a time; the picture does not depend on it",
                     {.metavar = "SIZE", .default_text = "512M"});
  cli::add_common(options, a.common, cli::kThreads | cli::kBatch);
}

draw::OutputTarget target_of(cli::Output& output) {
  draw::OutputTarget target;
  target.write = [&output](std::span<const std::byte> bytes) { output.write(bytes); };
  if (base::AtomicFile* file = output.file()) {
    target.rewrite = [file](uint64_t offset, std::span<const std::byte> bytes) { file->rewrite(offset, bytes); };
  }
  return target;
}

void keep_partial(cli::Output& output) noexcept {
  try {
    if (output.file() == nullptr || output.file()->size() == 0) return;
    base::log_info("what was drawn is kept in " + output.keep_partial());
  } catch (const std::exception& error) {
    base::log_warning(std::string("what was drawn could not be kept: ") + error.what());
  }
}

base::ExitCode run(Arguments& a) {
  const auto mode = a.words.empty() ? std::nullopt : draw::parse_mode(a.words.front());
  a.request.mode = mode.value_or(draw::Mode::kGrid);
  std::vector<std::string> streams(a.words.begin() + (mode ? 1 : 0), a.words.end());
  if (streams.empty()) streams = {"-"};
  draw::complete(a.request, a.common.out);
  const bool sequence = draw::is_sequence(a.request);
  const auto pattern = sequence ? draw::numbered_files(a.request, a.common.out) : std::nullopt;
  const bool named_here = a.common.out.empty() && cli::stdout_is_terminal();
  const std::string out = named_here ? "inr-render." + draw::ending(*a.request.format) : a.common.out;

  for (const std::string& stream : streams) cli::refuse_same_file(stream, out);

  std::optional<cli::Input> input;
  draw::RecordSource records(
      streams.size(),
      [&](size_t i) {
        input.reset();
        input.emplace(streams[i], "pipe inr-sample into it, or name a STREAM");
        return draw::OpenedInput{input->fd(), input->where()};
      },
      a.request.select);
  std::unique_ptr<cli::Output> output;
  // While input is waited for, a signal ends the program in the usual way; later, unfinished files are cleaned up.
  std::optional<cli::InterruptFlag> interrupt;
  if (pattern) interrupt.emplace();
  const draw::OpenOutput open = [&] {
    interrupt.emplace();
    output = std::make_unique<cli::Output>(out.empty() ? "-" : out, "give -o FILE");
    return target_of(*output);
  };
  field::WorkerPool pool(a.common.n_threads);
  draw::DrawOptions options{&pool, a.memory_bytes, a.common.batch, std::string("inr-render ") + cli::version(), {}};
  std::optional<base::Progress> progress;
  options.progress = [&](uint64_t n_done, uint64_t n_total) {
    if (!progress) progress.emplace("drawing", n_total, sequence ? "pictures" : "rows");
    progress->update(n_done);
    if (interrupt && interrupt->raised())
      throw base::Error(base::ExitCode::kFailed, std::string("interrupted by ") + interrupt->name());
  };
  try {
    if (sequence)
      draw::draw_pictures(a.request, records, pattern, open, options);
    else
      draw::draw_records(a.request, records, open, options);
    if (output) output->commit();
  } catch (...) {
    progress.reset();
    if (output) keep_partial(*output);
    throw;
  }
  progress.reset();
  if (named_here) base::log_info("stdout is a terminal: the picture is in " + out);
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); }, [&] { return run(arguments); });
}
