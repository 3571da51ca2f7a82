// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-interp: films from one function to the next, as a stream of INR parameters.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/worker_pool.hpp"
#include "cli/common_options.hpp"
#include "cli/interrupt.hpp"
#include "cli/run_tool.hpp"
#include "cli/streams.hpp"
#include "render/processor.hpp"
#include "runs/checkpoint_file.hpp"
#include "sample/generator.hpp"
#include "sample/interpolate.hpp"
#include "sample/key_film.hpp"
#include "sample/seeded_latents.hpp"
#include "sample/stream_keys.hpp"

namespace {

using namespace inr;

const cli::ToolPage kPage = {
    .name = "inr-interp",
    .summary = "interpolate between samples, as a stream of INR parameters",
    .synopsis = {"--seeds 1,2,... [OPTION...] > STREAM", "--latents z.npy [OPTION...] > STREAM",
                 "[OPTION...] < STREAM > STREAM"},
    .description =
        {"Writes the frames of a way through two or more key points: seeds, latents, or the records of a stream on "
         "stdin. Every frame is a record like those of inr-sample; inr-render each --format y4m makes a film of them.",
         "--space z goes along the sphere near which normal latents lie, or with --path line straight through it; w "
         "goes straight through h, the hypernetwork's hidden vector; params straight through the parameters of the "
         "functions themselves. Parameters are linear in h: w and params give the same frames but for rounding. A "
         "stream on stdin knows its parameters only: its way lies in params, and begins when its last record has "
         "come.",
         "Without --loop the film ends on the last key point: (keys - 1) * N + 1 frames. With it the film returns to "
         "the first one: keys * N frames, whose end joins the beginning. The frame at a key point is the key's own "
         "record, to the last bit, and a leg between two key points has the same frames in every film."},
    .examples = {{"inr-interp --seeds 1,2,3 --frames 50 --loop | inr-render each --format y4m | ffmpeg -i - film.mp4",
                  "A looping film:"},
                 {"inr-sample --seeds 3,9 | inr-interp --frames 8 --ease cosine | inr-render --columns 9 > row.png",
                  "A row of pictures between two samples, in parameter space:"},
                 {"inr-interp --seeds 1,2,3 --frames 8 | inr-render each --res 64 --format y4m > film.y4m",
                  "Three key points, two legs of eight frames:", true}},
    .see_also = {"inr-sample(1)", "inr-render(1)", "inr-stream(5)"},
    .exit_notes = cli::kEndedBySignal,
};

struct Arguments {
  std::vector<uint64_t> seeds;
  std::string latents, checkpoint, stream, space, seed_style;
  std::optional<sample::Path> path;
  int64_t frames = 30;
  bool loop = false, half = false;
  sample::Ease ease = sample::Ease::kLinear;
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
  options.add("--seed-style", a.seed_style, "how --seeds are drawn: as inr-sample does, or numpy's RandomState",
              {.metavar = "inr|numpy", .default_text = "inr", .choices = {"inr", "numpy"}});
  const auto latents = [&a](const std::string& text) {
    a.latents = text.empty() ? throw base::UsageError("the name of the file is empty") : text;
  };
  options.add_parsed("--latents", latents, "key points: rows of this .npy, [N, z_dim], or [N, hidden] with --space w",
                     {.metavar = "FILE", .completion = cli::Completion::kFile});
  options.add("--space", a.space, "where the way lies",
              {.metavar = "z|w|params", .default_text = "z; params for a stream", .choices = {"z", "w", "params"}});
  options.add_parsed(
      "--path", [&a](const std::string& text) { a.path = sample::parse_path(text); },
      "along the sphere (in z only) or straight",
      {.metavar = "sphere|line", .default_text = "sphere in z, else line", .suggestions = {"sphere", "line"}});
  options.add("--frames", a.frames, "frames of each leg", {.metavar = "N", .min = 1, .max = 1000000});
  options.add_flag("--loop", a.loop, "return to the first key point");
  options.add_parsed("--ease", [&a](const std::string& text) { a.ease = sample::parse_ease(text); },
                     "pace of each leg: even, or slow at its ends",
                     {.metavar = "linear|cosine", .default_text = "linear", .suggestions = {"linear", "cosine"}});
  options.add("--truncation", a.truncation, "pull h towards its mean by this factor: 1 is none, 0 the mean",
              {.metavar = "PSI", .min = -10, .max = 10});
  options.add_flag("--half", a.half, "float16 parameters");
  options.exclusive({"STREAM", "--seeds", "--latents"});
  options.exclusive({"STREAM", "--latents", "--seed-style"});
  cli::add_common(options, a.common, cli::kThreads | cli::kBatch | cli::kDevice);
}

constexpr const char* kOutputHint = "pipe it into inr-render each, or give -o FILE";

std::string output_of(const Arguments& a) { return a.common.out.empty() ? "-" : a.common.out; }

sample::Way way_of(const Arguments& a, const std::string& default_space) {
  const sample::Space space = sample::parse_space(a.space.empty() ? default_space : a.space);
  const sample::Path usual = space == sample::Space::kZ ? sample::Path::kSpherical : sample::Path::kLinear;
  if (space != sample::Space::kZ && a.path.value_or(usual) != usual)
    throw base::UsageError("--path sphere: only latents z lie near a sphere; w and params take --path line");
  return {space, a.path.value_or(usual)};
}

struct Records {
  stream::StreamHeader header;  // count, what and dtype as write_film sets them
  std::vector<base::TensorView> shared;
  std::vector<base::Json> key_infos;
};

/// thetas(first, last): those of frames first .. last - 1. The output is opened here, when the key points are there; a
/// signal ends it as an error does, which leaves no piece of a file behind.
template <typename Thetas>
void write_film(const Arguments& a, const sample::Film& film, sample::Way way, Records records, int64_t batch,
                const Thetas& thetas) {
  records.header.count = static_cast<uint64_t>(film.size());
  records.header.what = "interpolation";
  if (a.half) records.header.dtype = stream::ThetaDtype::kF16;
  const cli::InterruptFlag interrupt;
  cli::Output output(output_of(a), kOutputHint);
  stream::InrStreamWriter writer([&](std::span<const std::byte> bytes) { output.write(bytes); }, records.header,
                                 records.shared);
  base::Progress progress("interpolating", static_cast<uint64_t>(film.size()), "frames");
  for (int64_t first = 0; first < film.size(); first += batch) {
    const std::vector<std::vector<float>> made = thetas(first, std::min(film.size(), first + batch));
    for (size_t i = 0; i < made.size(); ++i)
      writer.write(sample::frame_info(film, first + static_cast<int64_t>(i), records.key_infos, way), made[i]);
    progress.update(writer.records_written());
    interrupt.throw_if_raised();
  }
  writer.finish();
  output.commit();
}

sample::Film plan_film(const Arguments& a, size_t n_keys, const std::string& where) {
  if (n_keys < 2)
    throw base::DataError(where, n_keys == 1 ? "holds one key point" : "holds no key points",
                          "a film takes two or more");
  return {static_cast<int64_t>(n_keys), a.frames, a.loop, a.ease};
}

void from_stream(const Arguments& a) {
  if (!a.space.empty() && a.space != "params")
    throw base::UsageError("--space " + a.space + ": a stream knows its parameters only; give --seeds or --latents");
  const sample::Way way = way_of(a, "params");
  if (a.truncation || !a.checkpoint.empty() || !a.seed_style.empty())
    throw base::UsageError("--truncation, --checkpoint, --seed-style say nothing to a stream, interpolated as it is");
  cli::refuse_same_file(a.stream, a.common.out);
  cli::check_output(output_of(a), kOutputHint);  // before the input is waited for
  const cli::Input input(a.stream.empty() ? "-" : a.stream, "pipe inr-sample into it, or give --seeds 1,2");
  const sample::StreamKeys keys = sample::read_keys(input.fd(), input.where());
  const sample::Film film = plan_film(a, keys.thetas.size(), input.where());
  write_film(a, film, way, {keys.header, keys.shared(), keys.infos}, 1, [&](int64_t i, int64_t) {
    const sample::Frame frame = film.frame(i);
    return std::vector<std::vector<float>>{sample::between(
        keys.thetas[static_cast<size_t>(frame.from)], keys.thetas[static_cast<size_t>(frame.to)], frame.t, way.path)};
  });
}

void from_model(const Arguments& a) {
  (void)render::chosen_operations();  // a wrong INR_PROCESSOR is refused before a checkpoint is read
  const sample::Way way = way_of(a, "z");
  sample::KeyLatents keys{.rows = {}, .hidden = way.space == sample::Space::kW && !a.latents.empty()};
  if (keys.hidden && a.truncation)
    throw base::UsageError("--truncation maps z to h; rows of h (--space w) are taken as they are");
  if (a.seeds.size() == 1) throw base::UsageError("--seeds: an interpolation takes two key points or more");
  cli::refuse_same_file(a.latents, a.common.out);
  cli::check_output(output_of(a), kOutputHint);  // before gigabytes are read
  const std::string checkpoint = runs::resolve_checkpoint(cli::checkpoint_path(a.checkpoint));
  cli::refuse_same_file(checkpoint, a.common.out);
  base::WorkerPool pool(a.common.n_threads);
  const render::ForEach threads = render::by_threads(pool);
  const sample::Sampler sampler(sample::load_generator(checkpoint), a.truncation, threads);
  std::vector<base::Json> infos;
  sample::SeededLatents seeded(sampler, a.seed_style.empty() ? "inr" : a.seed_style);
  for (const uint64_t seed : a.seeds) {
    keys.rows.push_back(seeded.row(seed, 0));
    infos.push_back(seeded.info(seed, 0));
  }
  if (!a.latents.empty()) {
    keys.rows = sample::read_latents(a.latents, keys.hidden ? sampler.config().hidden : sampler.config().z_dim);
    for (size_t i = 0; i < keys.rows.size(); ++i) infos.push_back({{"latents", a.latents}, {"row", i}});
  }
  if (a.truncation)
    for (base::Json& info : infos) info["truncation"] = *a.truncation;
  const sample::Film film = plan_film(a, keys.rows.size(), a.latents);
  const sample::KeyFilm key_film(sampler, std::move(keys), way, threads);
  stream::StreamHeader header = sampler.header(std::nullopt, "", stream::ThetaDtype::kF32);
  header.checkpoint = cli::checkpoint_name(a.checkpoint);
  write_film(a, film, way, {header, sampler.shared(), infos},
             a.common.batch > 0 ? a.common.batch : sample::Sampler::kGroup * pool.size(),
             [&](int64_t first, int64_t last) { return key_film.thetas(film, first, last, threads); });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  return cli::run_tool(
      argc, argv, kPage, [&](cli::Options& options) { bind(options, arguments); },
      [&] {
        cli::require_processor(arguments.common.device);
        arguments.seeds.empty() && arguments.latents.empty() ? from_stream(arguments) : from_model(arguments);
        return base::ExitCode::kOk;
      });
}
