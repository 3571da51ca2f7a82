// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-render: draw INR records as pictures, films or numbers. The work is in libcore/draw.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor_path.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/progress.hpp"
#include "base/worker_pool.hpp"
#include "base/writable.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "cli/terminal.hpp"
#include "draw/frame_pattern.hpp"
#include "draw/grid_picture.hpp"
#include "draw/record_source.hpp"
#include "draw/sequence.hpp"
#include "draw/shown_picture.hpp"
#include "image/deep_zoom_files.hpp"
#include "inr-render-options.hpp"
#include "render/processor.hpp"

namespace {

using namespace inr;
using render_tool::Arguments;

draw::OutputTarget target_of(cli::Output& output) {
  draw::OutputTarget target;
  target.write = [&output](std::span<const std::byte> bytes) { output.write(bytes); };
  if (base::AtomicFile* file = output.file()) {
    target.rewrite = [file](uint64_t offset, std::span<const std::byte> bytes) { file->rewrite(offset, bytes); };
    target.size = [file] {
      file->flush();
      return file->size();
    };
  }
  return target;
}

void keep_partial(cli::Output* output, image::DeepZoomFiles* pyramid) noexcept {
  try {
    std::string name;
    if (pyramid != nullptr) name = pyramid->keep_partial();
    if (output != nullptr && output->file() != nullptr && output->file()->size() > 0) name = output->keep_partial();
    if (!name.empty()) base::log_info("what was drawn is kept in " + name);
  } catch (const std::exception& error) {
    base::log_warning(std::string("what was drawn could not be kept: ") + error.what());
  }
}

std::string check_line(double worst_difference) {
  if (std::isinf(worst_difference)) return "a value is not a number: the kernels cannot be compared";
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(),
                "the kernels differ by at most %.3g (of values from -1 to 1; a level of 8 bit is 7.8e-3)",
                worst_difference);
  return text.data();
}

void warn_of_far_window(const draw::Request& request) {
  const auto reach = [](const model::Window& w) {
    return std::max({std::abs(w.x0), std::abs(w.y0), std::abs(w.x1), std::abs(w.y1)});
  };
  if (std::max(reach(request.window), reach(request.to.value_or(request.window))) <= draw::kFarCoordinate) return;
  base::log_warning("so far from the image, beyond 4000 of its sides, float32 leaves noise of the function");
}

/// --show in a terminal, and nobody asked for a file: the request is completed as it stands, then drawn the quickest
/// way to nowhere.
void complete_shown(Arguments& a) {
  draw::Request& request = a.request;
  if (request.format != nullptr && !request.format->is_film())
    throw base::UsageError("--format " + std::string(request.format->name) +
                           ": --show in a terminal writes nothing; give -o FILE as well");
  if (request.mode == draw::Mode::kEach && request.fps) request.format = &draw::default_format(true);
  draw::complete(request, {});
  request.format = &draw::quickest_format(request.format->is_film());
  a.common.out = "/dev/null";
}

constexpr const char* kOutputHint = "give -o FILE";

/// The outputs are opened when the first record has come, or the last one, or a picture is drawn. What speaks against
/// them is told before.
void check_outputs(const Arguments& a, const std::optional<draw::FramePattern>& pattern, const std::string& out) {
  if (pattern) {
    const std::string first = pattern->name(0);
    const std::filesystem::path folder = std::filesystem::path(first).parent_path();
    if (!folder.empty()) base::require_folder(folder);
    std::error_code unknown;
    if (folder.empty() || std::filesystem::is_directory(folder, unknown)) base::require_replaceable(first);
  } else if (a.request.format->is_pyramid()) {
    const image::DeepZoomFiles tried(out);
  } else {
    cli::check_output(out.empty() ? "-" : out, kOutputHint);
  }
}

base::ExitCode run(Arguments& a) {
  cli::require_processor(a.common.device);
  (void)render::chosen_operations();  // a wrong INR_PROCESSOR fails here, before anything is read
  const auto mode = a.words.empty() ? std::nullopt : draw::parse_mode(a.words.front());
  if (!mode && !a.words.empty()) draw::refuse_misspelt_mode(a.words.front());
  a.request.mode = mode.value_or(draw::Mode::kGrid);
  std::vector<std::string> streams(a.words.begin() + (mode ? 1 : 0), a.words.end());
  draw::refuse_late_mode(streams);
  if (streams.empty()) streams = {"-"};
  if (base::descriptor_of(a.common.out) == STDOUT_FILENO) a.common.out = "-";
  if (!a.show.empty() && a.common.out.empty() && cli::stdout_is_terminal())
    complete_shown(a);
  else
    draw::complete(a.request, a.common.out);
  const bool sequence = draw::is_sequence(a.request);
  const auto pattern = draw::numbered_files(a.request, a.common.out);
  const bool named_here = a.common.out.empty() && cli::stdout_is_terminal();
  const std::string out =
      named_here ? "inr-render." + std::string(a.request.format->ending) : draw::single_output(a.request, a.common.out);
  std::error_code unknown;
  const bool replaces = named_here && std::filesystem::exists(out, unknown);
  for (const std::string& stream : streams) cli::refuse_same_file(stream, out);
  check_outputs(a, pattern, out);
  warn_of_far_window(a.request);
  std::optional<cli::Terminal> terminal;
  std::optional<draw::PictureShow> show;
  if (!a.show.empty()) {
    terminal.emplace(a.show);
    const auto write = [&terminal](std::span<const std::byte> text) { terminal->write(text); };
    show.emplace(terminal->view(), write, a.request);
  }

  std::optional<cli::Input> input;
  // Before there is anything to be cleaned up, a signal ends the program in the usual way.
  std::optional<cli::InterruptFlag> interrupt;
  if (pattern) interrupt.emplace();
  draw::RecordSource records(
      streams.size(),
      [&](size_t i) {
        input.reset();
        input.emplace(streams[i], "pipe inr-sample into it, or name a STREAM");
        return draw::OpenedInput{input->fd(), input->where(), [&input, &interrupt] {
                                   if (interrupt) interrupt->wait_for_input(input->fd());
                                 }};
      },
      a.request.select);
  std::unique_ptr<cli::Output> output;
  std::unique_ptr<image::DeepZoomFiles> pyramid;
  const draw::OpenOutput open = [&] {
    interrupt.emplace();
    if (a.request.format->is_pyramid()) {
      pyramid = std::make_unique<image::DeepZoomFiles>(out);
      return draw::OutputTarget{.write = {}, .rewrite = {}, .pyramid = pyramid.get()};
    }
    output = std::make_unique<cli::Output>(out.empty() ? "-" : out, kOutputHint);
    return target_of(*output);
  };
  base::WorkerPool pool(a.common.n_threads);
  draw::DrawOptions options{&pool, a.memory_bytes, a.common.batch, std::string("inr-render ") + cli::version(), {}, {}};
  if (show) options.show = &*show;
  options.check = [&interrupt] {
    if (interrupt) interrupt->throw_if_raised();
  };
  options.check_name = [&streams](const std::string& name) {
    std::error_code missing;
    if (!std::filesystem::exists(name, missing)) return;
    for (const std::string& stream : streams) cli::refuse_same_file(stream, name);
  };
  std::atomic<double> worst_difference = 0;
  if (!a.request.kernel.compared.empty()) options.worst_difference = &worst_difference;
  std::optional<base::Progress> progress;
  options.progress = [&](uint64_t n_done, uint64_t n_total) {
    if (!progress) progress.emplace("drawing", n_total, sequence ? "pictures" : "rows");
    progress->update(n_done);
    if (interrupt) interrupt->throw_if_raised();
  };
  try {
    if (sequence)
      draw::draw_pictures(a.request, records, pattern, open, options);
    else
      draw::draw_records(a.request, records, open, options);
    if (output) output->commit();
    if (pyramid) pyramid->commit();
  } catch (...) {
    progress.reset();
    keep_partial(output.get(), pyramid.get());
    throw;
  }
  progress.reset();
  if (!a.request.kernel.compared.empty()) base::log_info(check_line(worst_difference));
  if (a.request.upsample_from >= 0 && !draw::can_upsample(a.request))
    base::log_warning("--upsample-from changed nothing: only a picture denser than in training has blocks to upsample");
  if (named_here)
    base::log_info("stdout is a terminal: the picture is in " + out + (replaces ? ", in place of an earlier one" : ""));
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, render_tool::kPage, [&](cli::Options& options) { render_tool::bind(options, arguments); },
      [&] { return run(arguments); });
}
