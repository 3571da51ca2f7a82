// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// The commands that write records again, from what the records say.
#include "draw/recorded_commands.hpp"

#include "support/test.hpp"

using namespace inr;
using base::Json;
using draw::Recipe;
using draw::StreamOrigin;
using stream::ThetaDtype;

namespace {

const StreamOrigin kDefault{"abc", "", ThetaDtype::kF32};
const StreamOrigin kHalf{"abc", "runs/a", ThetaDtype::kF16};

struct Entry {
  StreamOrigin origin;
  Json info;
};

// "COMMANDS # SELECT", "none" where there is no recipe.
std::string recipe_of(const std::vector<Entry>& entries) {
  Recipe recipe;
  for (const auto& [origin, info] : entries) recipe.add(origin, info);
  const auto text = recipe.text();
  if (!text) return "none";
  return text->select.empty() ? text->commands : text->commands + " # " + text->select;
}

Json sample(uint64_t seed, uint64_t index = 0) { return {{"seed", seed}, {"index", index}}; }
Json row(const char* file, uint64_t number) { return {{"latents", file}, {"row", number}}; }
Json with(Json info, const char* key, const Json& value) {
  info[key] = value;
  return info;
}

// A frame between two infos, as inr-interp --frames 4 writes it; plain seeds by themselves.
Json frame(int64_t from, int64_t to, int64_t step, const Json& first, const Json& last, const char* space = "z") {
  Json info = {{"frame", from * 4 + step}, {"from", from}, {"to", to}, {"t", static_cast<double>(step) / 4}};
  if (first.size() == 2 && first.contains("index") && first["index"] == 0 && last.contains("index") &&
      last["index"] == 0) {
    info["seeds"] = {first["seed"], last["seed"]};
  } else {
    info["keys"] = {first, last};
  }
  info["space"] = space;
  info["path"] = std::string(space) == "z" ? "sphere" : "line";
  info["step"] = step;
  info["frames"] = 4;
  info["ease"] = "linear";
  return info;
}

// All frames of a film over these key points.
std::vector<Entry> film(const std::vector<Json>& keys, bool loop, const char* space = "z",
                        const StreamOrigin& origin = kDefault) {
  std::vector<Entry> out;
  const auto n = static_cast<int64_t>(keys.size());
  for (int64_t leg = 0; leg < (loop ? n : n - 1); ++leg) {
    const int64_t to = (leg + 1) % n;
    for (int64_t step = 0; step < 4; ++step) {
      const Json info = frame(leg, to, step, keys[static_cast<size_t>(leg)], keys[static_cast<size_t>(to)], space);
      out.push_back({origin, info});
    }
  }
  if (!loop) out.push_back({origin, frame(n - 1, n - 1, 0, keys.back(), keys.back(), space)});
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(samples) {
  BOOST_TEST(recipe_of({{kDefault, sample(7)}}) == "inr-sample --seeds 7");
  BOOST_TEST(recipe_of({{kDefault, sample(7, 3)}}) == "inr-sample --seed 7 -n 4 # 3");
  BOOST_TEST(recipe_of({{kDefault, sample(7)}, {kDefault, sample(8)}, {kDefault, sample(9)}, {kDefault, sample(3)}}) ==
             "inr-sample --seeds 7-9,3");
  BOOST_TEST(recipe_of({{kDefault, sample(7)}, {kDefault, sample(7, 1)}, {kDefault, sample(7, 2)}}) ==
             "inr-sample --seed 7 -n 3");
  BOOST_TEST(recipe_of({{kDefault, sample(7, 2)}, {kDefault, sample(7)}}) == "inr-sample --seed 7 -n 3 # 2,0");
  BOOST_TEST(recipe_of({{kDefault, sample(7)}, {kDefault, sample(7)}}) == "inr-sample --seeds 7,7");
  BOOST_TEST(recipe_of({{kHalf, with(sample(7), "truncation", 0.7)}}) ==
             "inr-sample --seeds 7 --truncation 0.7 --checkpoint runs/a --half");
  // A truncation of 1 is computed, and rounds.
  BOOST_TEST(recipe_of({{kDefault, with(sample(7), "truncation", 1.0)}}) == "inr-sample --seeds 7 --truncation 1");
  BOOST_TEST(recipe_of({{kDefault, row("z.npy", 2)}, {kDefault, row("z.npy", 0)}}) ==
             "inr-sample --latents z.npy -n 3 # 2,0");
  BOOST_TEST(recipe_of({{kDefault, with(row("my z.npy", 0), "space", "w")}}) ==
             "inr-sample --latents 'my z.npy' -n 1 --space w");
}

BOOST_AUTO_TEST_CASE(several_commands) {
  BOOST_TEST(recipe_of({{kDefault, sample(7, 1)}, {kDefault, sample(8, 1)}, {kHalf, sample(1)}}) ==
             "{ inr-sample --seed 7 -n 2; inr-sample --seed 8 -n 2; inr-sample --seeds 1 --checkpoint runs/a --half; }"
             " # 1,3-4");
  StreamOrigin whole = kHalf;
  whole.dtype = ThetaDtype::kF32;
  BOOST_TEST(recipe_of({{kHalf, sample(1)}, {whole, sample(2)}}) ==
             "{ inr-sample --seeds 1 --checkpoint runs/a --half; inr-sample --seeds 2 --checkpoint runs/a; }");
  BOOST_TEST(recipe_of({{kDefault, sample(1)}, {kDefault, with(sample(1), "truncation", 0.5)}}) ==
             "{ inr-sample --seeds 1; inr-sample --seeds 1 --truncation 0.5; }");
}

BOOST_AUTO_TEST_CASE(frames_between_seeds) {
  const std::vector<Json> keys = {sample(1), sample(2), sample(3)};
  BOOST_TEST(recipe_of(film(keys, false)) == "inr-interp --seeds 1,2,3 --frames 4");
  BOOST_TEST(recipe_of(film(keys, true)) == "inr-interp --seeds 1,2,3,1 --frames 4 # 0-11");
  BOOST_TEST(recipe_of({film(keys, false)[6]}) == "inr-interp --seeds 2,3 --frames 4 # 2");
  BOOST_TEST(recipe_of({film(keys, false)[8]}) == "inr-interp --seeds 3,3 --frames 4 # 0");
  BOOST_TEST(recipe_of({film(keys, true)[9]}) == "inr-interp --seeds 3,1 --frames 4 # 1");
  BOOST_TEST(recipe_of({film(keys, false, "w", kHalf)[1]}) ==
             "inr-interp --seeds 1,2 --frames 4 --space w --checkpoint runs/a --half # 1");
  Json info = film(keys, false)[1].info;
  info["path"] = "line";
  info["ease"] = "cosine";
  info["truncation"] = 0.5;
  BOOST_TEST(recipe_of({{kDefault, info}}) ==
             "inr-interp --seeds 1,2 --frames 4 --path line --ease cosine --truncation 0.5 # 1");
  // Frames backwards: what does not follow on the way starts another one.
  BOOST_TEST(recipe_of({film(keys, false)[6], film(keys, false)[1]}) ==
             "{ inr-interp --seeds 2,3 --frames 4; inr-interp --seeds 1,2 --frames 4; } # 2,6");
}

BOOST_AUTO_TEST_CASE(frames_between_records_of_a_stream) {
  const std::vector<Json> series = {sample(5, 0), sample(5, 1), sample(5, 2)};
  BOOST_TEST(recipe_of(film(series, false, "params")) == "inr-sample --seed 5 -n 3 | inr-interp --frames 4");
  BOOST_TEST(recipe_of(film(series, true, "params")) == "inr-sample --seed 5 -n 3 | inr-interp --frames 4 --loop");
  BOOST_TEST(recipe_of({film(series, false, "params")[7]}) == "inr-sample --seed 5 -n 3 | inr-interp --frames 4 # 7");
  BOOST_TEST(recipe_of({film(series, false, "params")[8]}) == "inr-sample --seed 5 -n 3 | inr-interp --frames 4 # 8");
  // Two films, of three samples and of the first two of them, there and back.
  BOOST_TEST(recipe_of({film(series, false, "params")[7], film({series[0], series[1]}, true, "params")[5]}) ==
             "{ inr-sample --seed 5 -n 3 | inr-interp --frames 4; inr-sample --seed 5 -n 2 | inr-interp --frames 4 "
             "--loop; } # 7,14");
  const std::vector<Json> rounded = {with(sample(5), "dtype", "F16"), with(sample(6), "dtype", "F16")};
  BOOST_TEST(recipe_of({film(rounded, false, "params", kHalf)[1]}) ==
             "inr-sample --seeds 5,6 --checkpoint runs/a --half | inr-interp --frames 4 # 1");
  BOOST_TEST(recipe_of({film(rounded, false, "params")[1]}) == "none");  // made of float16 and not float16: by whom?
  StreamOrigin half_later = kHalf;
  half_later.checkpoint = "";
  BOOST_TEST(recipe_of(film(series, false, "params", half_later)) ==
             "inr-sample --seed 5 -n 3 | inr-interp --frames 4 --half");
  const std::vector<Json> rows = {row("z.npy", 0), row("z.npy", 1)};
  BOOST_TEST(recipe_of(film(rows, false, "params")) == "inr-sample --latents z.npy -n 2 | inr-interp --frames 4");
  BOOST_TEST(recipe_of(film(rows, false)) == "inr-interp --latents z.npy --frames 4 # 0-4");
  BOOST_TEST(recipe_of({film(rows, true)[5]}) == "inr-interp --latents z.npy --frames 4 --loop # 5");
  // How many frames such a film has is in the file alone: nothing can follow it.
  BOOST_TEST(recipe_of({film(rows, false)[0], {kDefault, sample(1)}}) == "none");
  BOOST_TEST(recipe_of({film({sample(5, 0), sample(5, 2)}, false, "params")[1]}) == "none");
}

// Samples as the released scripts draw them; a film's two ends are of one style.
BOOST_AUTO_TEST_CASE(seeds_of_numpy) {
  const auto numpy = [](uint64_t seed, uint64_t index = 0) { return with(sample(seed, index), "seed_style", "numpy"); };
  BOOST_TEST(recipe_of({{kDefault, numpy(3)}, {kDefault, numpy(7)}}) == "inr-sample --seeds 3,7 --seed-style numpy");
  BOOST_TEST(recipe_of({{kDefault, numpy(5, 0)}, {kDefault, numpy(5, 1)}}) ==
             "inr-sample --seed 5 -n 2 --seed-style numpy");
  BOOST_TEST(recipe_of({{kDefault, numpy(3)}, {kDefault, sample(3)}}) ==
             "{ inr-sample --seeds 3 --seed-style numpy; inr-sample --seeds 3; }");
  BOOST_TEST(recipe_of(film({numpy(1), numpy(2)}, false)) == "inr-interp --seeds 1,2 --frames 4 --seed-style numpy");
  BOOST_TEST(recipe_of({film({numpy(1), sample(2)}, false)[1]}) == "none");
  BOOST_TEST(recipe_of({{kDefault, with(sample(3), "seed_style", "perl")}}) == "none");
  BOOST_TEST(recipe_of({{kDefault, with(row("z.npy", 0), "seed_style", "numpy")}}) == "none");
}

BOOST_AUTO_TEST_CASE(nothing_is_believed) {
  const std::vector<Json> infos = {Json::object(),
                                   {{"seed", 1}},
                                   {{"seed", -1}, {"index", 0}},
                                   {{"seed", "1"}, {"index", 0}},
                                   {{"seed", 1}, {"index", 1.5}},
                                   with(sample(1), "mirror", true),
                                   with(sample(1), "truncation", "0.7"),
                                   with(sample(1), "space", "w"),
                                   with(sample(1), "dtype", "F16"),
                                   with(sample(1), "row", 1),
                                   {{"seed", 1}, {"index", UINT64_MAX}},
                                   row("a\nb.npy", 0),
                                   row("\x1b[31m.npy", 0),
                                   row("", 0),
                                   with(film({sample(1), sample(2)}, false)[1].info, "frames", 0),
                                   with(film({sample(1), sample(2)}, false)[1].info, "step", 4),
                                   with(film({sample(1), sample(2)}, false)[1].info, "ease", "bounce"),
                                   with(film({sample(1), sample(2)}, false)[1].info, "space", "--help"),
                                   with(film({sample(1), sample(2)}, false)[1].info, "seeds", {1}),
                                   with(film({sample(1), sample(2)}, false)[1].info, "seeds", {"1; rm", "2"}),
                                   with(film({sample(1), sample(2)}, false)[1].info, "path", "line\n")};
  for (const Json& info : infos) {
    BOOST_TEST_CONTEXT(base::dump_json(info)) { BOOST_TEST(recipe_of({{kDefault, info}}) == "none"); }
  }
  BOOST_TEST(recipe_of({}) == "none");
  BOOST_TEST(recipe_of({{kDefault, sample(1)}, {kDefault, Json::object()}, {kDefault, sample(2)}}) == "none");
  BOOST_TEST(recipe_of({{{"", "a; rm -r '$HOME'", ThetaDtype::kF32}, sample(1)}}) ==
             "inr-sample --seeds 1 --checkpoint 'a; rm -r '\\''$HOME'\\'''");
  BOOST_TEST(recipe_of({{{"", "a\nb", ThetaDtype::kF32}, sample(1)}}) == "none");
  BOOST_TEST(recipe_of({{{"", "", ThetaDtype::kBF16}, sample(1)}}) == "none");
}

BOOST_AUTO_TEST_CASE(long_lists) {
  std::vector<Entry> even, all;
  for (uint64_t i = 0; i < 20000; ++i) {
    even.push_back({kDefault, sample(2 * i)});
    all.push_back({kDefault, sample(4, i)});
  }
  BOOST_TEST(recipe_of(all) == "inr-sample --seed 4 -n 20000");
  BOOST_TEST(recipe_of(even) == "none");
  even.resize(3000);
  BOOST_TEST(recipe_of(even).starts_with("inr-sample --seeds 0,2,4,"));
  even.resize(9000, even.back());
  BOOST_TEST(recipe_of(even) == "none");  // more than 30,000 characters
}

BOOST_AUTO_TEST_CASE(models_are_named_once) {
  Recipe recipe;
  for (const char* hash : {"a", "b", "a"}) recipe.add({hash, "", ThetaDtype::kF32}, sample(1));
  BOOST_TEST(recipe.models() == "a b");
}

BOOST_AUTO_TEST_CASE(shell_words) {
  BOOST_TEST(draw::shell_word("runs/a-1.safetensors") == "runs/a-1.safetensors");
  BOOST_TEST(draw::shell_word("") == "''");
  BOOST_TEST(draw::shell_word("a b") == "'a b'");
  BOOST_TEST(draw::shell_word("it's") == "'it'\\''s'");
  BOOST_TEST(draw::shell_word("$(x)") == "'$(x)'");
}
