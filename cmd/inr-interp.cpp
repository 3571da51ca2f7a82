// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-interp: films from one function to the next, as a stream of INR parameters.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "cli/common_options.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "gan/interpolate.hpp"
#include "gan/sampler.hpp"
#include "gan/stream_keys.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-interp",
    .summary = "interpolate between samples, as a stream of INR parameters",
    .synopsis = {"--seeds 1,2,... [--frames N] [OPTION...] > STREAM", "--latents z.npy [OPTION...] > STREAM",
                 "[OPTION...] < STREAM > STREAM"},
    .description =
        {"Writes the frames of a way through two or more key points: seeds, latents, or the records of a stream on "
         "stdin. "
         "Every frame is a record like those of inr-sample; inr-render each --format y4m makes a film of them.",
         "--space z goes along the sphere on which normal latents lie (the usual choice), w straight through h, the "
         "hypernetwork's hidden vector, params straight through the parameters of the functions themselves. A stream "
         "on stdin "
         "knows its parameters only, so it is always interpolated in params.",
         "Without --loop the film ends on the last key point: (keys - 1) * N + 1 frames. With it the film returns to "
         "the first "
         "one: keys * N frames, whose end joins the beginning."},
    .examples = {{"inr-interp --seeds 1,2,3,4 --frames 50 --loop | inr-render each --res 256 --format y4m | ffmpeg -i "
                  "- film.mp4",
                  "A looping film:"},
                 {"inr-sample --seeds 3,9 | inr-interp --frames 8 --ease cosine | inr-render --columns 9 > row.png",
                  "A row of pictures between two samples, in parameter space:"},
                 {"inr-interp --seeds 1,2,3 --frames 8 | inr-render each --res 64 --format y4m > film.y4m",
                  "Three key points, two legs of eight frames:", true}},
    .see_also = {"inr-sample(1)", "inr-render(1)", "inr-stream(5)"},
};

struct Arguments {
  std::vector<uint64_t> seeds;
  std::string latents, checkpoint, stream;
  std::string space;
  int64_t frames = 30;
  bool loop = false, half = false;
  gan::Ease ease = gan::Ease::kLinear;
  std::optional<double> truncation;
  cli::CommonOptions common;
};

void bind(cli::Options& options, Arguments& a) {
  options.add_positional("STREAM", a.stream, "an INR stream whose records are the key points; - is stdin",
                         {.completion = cli::Completion::kFile});
  cli::add_checkpoint(options, a.checkpoint);
  cli::add_out(options, a.common.out, "the stream",
               {.metavar = "STREAM", .default_text = "stdout", .completion = cli::Completion::kFile});
  options.add_parsed("--seeds", [&a](const std::string& text) { a.seeds = cli::parse_index_list(text); },
                     "key points: sample 0 of each of these seeds", {.metavar = "LIST"});
  options.add("--latents", a.latents,
              "key points: rows of this .npy, float32 [N, z_dim], or [N, hidden] with --space w",
              {.metavar = "FILE", .completion = cli::Completion::kFile});
  options.add("--space", a.space, "where the way lies: z (spherical), w or params (straight)",
              {.metavar = "z|w|params", .default_text = "z; params for a stream", .choices = {"z", "w", "params"}});
  options.add("--frames", a.frames, "frames of each leg", {.metavar = "N", .min = 1, .max = 1000000});
  options.add_flag("--loop", a.loop, "return to the first key point");
  options.add_parsed("--ease", [&a](const std::string& text) { a.ease = gan::parse_ease(text); },
                     "pace of each leg: even, or slow at its ends",
                     {.metavar = "NAME", .default_text = "linear", .suggestions = {"linear", "cosine"}});
  options.add("--truncation", a.truncation, "pull h towards its mean by this factor: 1 is none, 0 the mean",
              {.metavar = "PSI", .min = -10, .max = 10});
  options.add_flag("--half", a.half, "float16 parameters");
  options.exclusive({"--seeds", "--latents"});
  cli::add_common(options, a.common, cli::kThreads | cli::kBatch | cli::kDevice);
}

/// Writes all frames; point(frame) gives theta of one of them by its place in the film.
template <typename Thetas>
void write_film(const Arguments& a, const std::vector<gan::Frame>& frames, store::InrStreamWriter& writer,
                int64_t batch, const Thetas& thetas) {
  base::Progress progress("interpolating", frames.size(), "frames");
  for (size_t first = 0; first < frames.size(); first += static_cast<size_t>(batch)) {
    const size_t last = std::min(frames.size(), first + static_cast<size_t>(batch));
    const std::vector<std::vector<float>> made = thetas(first, last);
    for (size_t i = first; i < last; ++i) {
      const gan::Frame& frame = frames[i];
      base::Json info = {{"frame", i}, {"from", frame.from}, {"to", frame.to}, {"t", frame.t}};
      if (!a.seeds.empty()) {
        info["seeds"] = {a.seeds[static_cast<size_t>(frame.from)], a.seeds[static_cast<size_t>(frame.to)]};
      }
      if (a.truncation) info["truncation"] = *a.truncation;
      writer.write(info, made[i - first]);
    }
    progress.update(last);
  }
  writer.finish();
}

std::vector<gan::Frame> plan_frames(const Arguments& a, size_t n_keys) {
  if (n_keys < 2)
    throw base::UsageError("an interpolation takes two key points or more, not " + std::to_string(n_keys));
  return gan::film_frames(static_cast<int64_t>(n_keys), a.frames, a.loop, a.ease);
}

base::ExitCode from_stream(const Arguments& a, cli::Output& output) {
  if (!a.space.empty() && a.space != "params") {
    throw base::UsageError("--space " + a.space +
                           ": a stream knows its parameters only; give --seeds or --latents for that");
  }
  if (a.truncation || !a.checkpoint.empty()) {
    throw base::UsageError("--truncation and --checkpoint say nothing to a stream, which is interpolated as it is");
  }
  cli::refuse_same_file(a.stream, a.common.out);
  cli::Input input(a.stream.empty() ? "-" : a.stream, "pipe inr-sample into it, or give --seeds 1,2");
  gan::StreamKeys keys = gan::read_keys(input.fd(), input.where());
  const std::vector<gan::Frame> frames = plan_frames(a, keys.thetas.size());
  store::StreamHeader header = keys.header;
  header.count = frames.size();
  header.what = "interpolation";
  if (a.half) header.dtype = store::ThetaDtype::kF16;
  store::InrStreamWriter writer([&](std::span<const std::byte> bytes) { output.write(bytes); }, header, keys.shared());
  write_film(a, frames, writer, 64, [&](size_t first, size_t last) {
    std::vector<std::vector<float>> out;
    for (size_t i = first; i < last; ++i) {
      out.push_back(gan::between(keys.thetas[static_cast<size_t>(frames[i].from)],
                                 keys.thetas[static_cast<size_t>(frames[i].to)], frames[i].t, gan::Path::kLinear));
    }
    return out;
  });
  return base::ExitCode::kOk;
}

base::ExitCode from_model(const Arguments& a, cli::Output& output) {
  if (!a.stream.empty()) throw base::UsageError("a stream and --seeds or --latents exclude each other");
  cli::refuse_same_file(a.latents, a.common.out);
  cli::refuse_same_file(a.checkpoint, a.common.out);
  if (a.space == "w" && !a.latents.empty() && a.truncation) {
    throw base::UsageError("--truncation maps z to h; rows of h (--space w) are taken as they are");
  }
  const gan::Sampler sampler(gan::load_generator(gan::resolve_checkpoint(cli::checkpoint_path(a.checkpoint))),
                             a.truncation);
  field::WorkerPool pool(a.common.n_threads);
  const std::string space = a.space.empty() ? "z" : a.space;
  std::vector<gan::LatentRow> keys;
  if (a.latents.empty()) {
    for (const uint64_t seed : a.seeds) keys.push_back(sampler.latent(seed, 0));
  } else {
    keys = gan::read_latents(a.latents, space == "w" ? sampler.config().hidden : sampler.config().z_dim);
  }
  const std::vector<gan::Frame> frames = plan_frames(a, keys.size());
  const gan::KeyFilm film(sampler, std::move(keys), gan::parse_space(space), !a.latents.empty(), pool);
  store::InrStreamWriter writer(
      [&](std::span<const std::byte> bytes) { output.write(bytes); },
      sampler.header(frames.size(), "interpolation", a.half ? store::ThetaDtype::kF16 : store::ThetaDtype::kF32),
      sampler.shared());
  write_film(a, frames, writer, a.common.batch > 0 ? a.common.batch : gan::Sampler::kGroup * pool.size(),
             [&](size_t first, size_t last) { return film.thetas(frames, first, last, pool); });
  return base::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); },
      [&] {
        cli::require_processor(arguments.common.device);
        cli::Output output(arguments.common.out.empty() ? "-" : arguments.common.out,
                           "pipe it into inr-render each, or give -o FILE");
        const bool stream = arguments.seeds.empty() && arguments.latents.empty();
        const base::ExitCode code = stream ? from_stream(arguments, output) : from_model(arguments, output);
        output.commit();
        return code;
      });
}
