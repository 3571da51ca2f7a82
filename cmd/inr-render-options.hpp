// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// inr-render's page and options.
#pragma once
#include <string>
#include <vector>

#include "cli/common_options.hpp"
#include "cli/run_tool.hpp"
#include "draw/draw_options.hpp"
#include "draw/request.hpp"

namespace inr::render_tool {

inline const cli::ToolPage kPage = {
    .name = "inr-render",
    .summary = "draw INR records as pictures, films or numbers",
    .synopsis = {"[grid|superres] [STREAM...] [OPTION...]", "each [STREAM...] -o 'DIR/%06d.png' [OPTION...]",
                 "zoom [STREAM...] [--window WINDOW] [--to WINDOW --frames N] [OPTION...]"},
    .description =
        {"Reads records from INR streams (stdin where none is named) and draws them. A record is a function of the "
         "plane, so any size and any window can be asked for: the image is 0,0,1,1, with x to the right and y "
         "downwards. Beyond some 4000 sides of the image from it float32 leaves noise of a function, and a warning "
         "says so. Drawing is done on the processor, whatever a function was trained on.",
         "grid (what is done where no mode is named) draws all records as cells of one picture, without gaps, white "
         "where cells are missing. superres is a grid at --scale times the resolution of training. each draws one "
         "picture a record: into numbered files, or one after another as " +
             draw::format_names(&draw::Format::takes_several) +
             ". zoom draws one record, "
             "through one window or as a film from --window to --to, at a geometric pace. Without --res and --scale a "
             "still "
             "shows the cells of training, and every frame of a film, the first one too, those of its own density; "
             "with a "
             "size a film begins and ends with the stills of its windows.",
         "8 bit = floor(clamp(127.5 v + 128, 0, 255)), 16 bit = floor(clamp(32767.5 v + 32768, 0, 65535)) of the "
         "function's values v. " +
             draw::format_page(),
         "superres --compare gives each record a row: its picture at the resolution of training enlarged by each "
         "filter, "
         "with Pillow's arithmetic, then the function itself, under the names of the columns. --labels writes a line "
         "under each cell: \"seed 7\", or \"seed 7 #3\" where there are other samples of a seed than its first; \"row "
         "3\" of "
         "latents; \"seeds 1>2 0.25\" between two seeds, \"keys 0>1 0.25\" between others; \"record 3\" of what says "
         "nothing. In small cells all are shorter: \"7\", \"7#3\", \"1>2 0.25\", or \"#3\", \"0.25\".",
         "The same request gives the same bytes, whatever --threads, --batch, --memory, pipes and files. "
         "Pictures in PNG, JPEG and Deep Zoom carry the command that draws them again, which inr-info prints: with the "
         "inr-sample and inr-interp that make their records, where these tell (inr-stream(5)); else it reads the same "
         "streams. A checkpoint is named as it was then, and inr.model beside the command is the hash of its weights.",
         "--show draws the picture in the terminal too, made smaller until it fits: on stdout where that is a terminal "
         "(then nothing is written without -o), else on /dev/tty. Pictures of each follow one another, with --fps or "
         "as "
         "y4m they are a film, and films play in their place. Where the environment does not tell, the terminal is "
         "asked whether it knows kitty's protocol or "
         "sixels. Others, tmux and screen get half blocks, two pixels a cell: in 24 bit where COLORTERM says "
         "truecolor, "
         "else in xterm's 256 colours, with NO_COLOR as plain characters.",
         "A stream that was cut short is drawn as far as it goes; then the exit status is 1. A failing run never "
         "replaces the file of -o: what was drawn of it is kept as NAME.partial. Files that each has finished stay.",
         "A grid is laid out when its last record has arrived. Records beyond the bound of --memory wait in an "
         "unnamed file in $TMPDIR (/tmp). With --select in descending order, records wait in memory."},
    .examples = {{"inr-sample -n 1 | inr-render --res 16384 -o large.dzi",
                  "A picture to walk around in; examples/deep-zoom has a page that shows it:"},
                 {"inr-sample -n 16 | inr-render superres --scale 8 --upsample-from 0 -o large.png",
                  "Eight times the resolution of training, every block evaluated between its cells:"},
                 {"inr-render zoom samples.inr --res 512 --to 0.4,0.4,0.5,0.5 --frames 240 | ffmpeg -i - film.mp4",
                  "A film into the first record:"},
                 {"inr-sample -n 1 | inr-render zoom --window=-0.3,-0.3,1.3,1.3 > beyond.png",
                  "Beyond the image, at the density of training:", true},
                 {"inr-sample -n 3 | inr-render superres --compare nearest,bicubic,lanczos --labels > compared.png",
                  "The function beside filters that enlarge its picture:", true},
                 {"inr-sample -n 4 | inr-render --res 64 --show", "A look from a remote machine:"},
                 {"inr-sample -n 5 | inr-render each -o 'pictures/%06d.png'", "One file a record:", true},
                 {"inr-sample -n 16 | inr-render --res 512 > grid.png", "A 4 x 4 grid, every cell 512 pixels:", true}},
    .see_also = {"inr-sample(1)", "inr-interp(1)", "inr-info(1)", "inr-stream(5)"},
    .exit_notes = cli::kEndedBySignal,
};

struct Arguments {
  std::vector<std::string> words;  // [MODE] [STREAM...]
  draw::Request request;
  std::string show;  // how, in the terminal; empty: not at all
  int64_t memory_bytes = draw::kDefaultMemoryBytes;
  cli::CommonOptions common;
};

inline void bind(cli::Options& options, Arguments& a) {
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
  options.add_parsed(
      "--cells", [&r](const std::string& text) { r.cells = draw::parse_cells(text); },
      "evaluate at the picture's density, or show the cells of training",
      {.metavar = "density|training", .default_text = "density", .suggestions = {"density", "training"}});
  options.add("--upsample-from", r.upsample_from,
              "first block evaluated more densely above the resolution of training; 0 is smoothest",
              {.metavar = "K", .default_text = "the model's", .min = 0, .max = 63});
  options.add_parsed("--select", [&r](const std::string& text) { r.select = cli::parse_index_list(text); },
                     "draw these records only, in this order, counted from 0",
                     {.metavar = "LIST", .default_text = "all; zoom: 0"});
  options.add_parsed("--format", [&r](const std::string& text) { r.format = &draw::parse_format(text); },
                     draw::format_help(),
                     {.metavar = "NAME",
                      .default_text = "by the name of -o, else " + std::string(draw::default_format(false).name) +
                                      "; films " + std::string(draw::default_format(true).name),
                      .suggestions = draw::format_words()});
  options.add_flag("--srgb", r.srgb,
                   "say in PNG files that the colours are sRGB; readers take that anyway, and of JPEG");
  options.add("--show", a.show, "draw it in the terminal as well; HOW is auto where it is not said",
              {.metavar = "HOW", .choices = {"auto", "blocks", "kitty", "sixel"}, .implied = "auto"});
  options.group("Grid");
  options.add("--columns", r.columns, "cells in a row",
              {.metavar = "N", .default_text = "ceil(sqrt(n))", .min = 1, .max = 0x7fffffff});
  options.add_flag("--labels", r.labels, "under each cell its record's seed, or what else tells it from the others");
  options.add_parsed("--compare", [&r](const std::string& text) { r.compare = draw::parse_compare(text); },
                     "superres, a row a record: beside the function, last, its picture at the resolution of training "
                     "enlarged by these filters",
                     {.metavar = "nearest,bilinear,bicubic,lanczos"});
  options.group("Zoom");
  options.add_parsed("--to", [&r](const std::string& text) { r.to = model::parse_window(text); },
                     "last window of a film", {.metavar = "x0,y0,x1,y1"});
  options.add("--frames", r.n_frames, "frames of a film",
              {.metavar = "N", .default_text = std::to_string(draw::kDefaultFrames), .min = 1, .max = 1e7});
  options.add("--fps", r.fps, "frames a second in y4m",
              {.metavar = "N", .default_text = std::to_string(draw::kFramesPerSecond), .min = 1, .max = 1000});
  options.group("Work");
  options.add_parsed("--memory", [&a](const std::string& text) { a.memory_bytes = draw::parse_bytes(text); },
                     "bound on pixels, features and parameters held at a time, beside some 10 MiB of the program and "
                     "what one row of pixels takes; below 1M hardly anything is saved, and the picture does not depend "
                     "on it",
                     {.metavar = "SIZE", .default_text = "512M"});
  options.add_parsed(
      "--kernel", [&r](const std::string& text) { r.kernel = draw::parse_kernel(text); },
      "how functions are evaluated: point by point, through the coordinate term's nodes, or both, "
      "with the largest difference told at the end",
      {.metavar = "reference|fast|check", .default_text = "fast", .suggestions = {"reference", "fast", "check"}});
  cli::add_common(options, a.common, cli::kThreads | cli::kBatch | cli::kDevice);
}

}  // namespace inr::render_tool
