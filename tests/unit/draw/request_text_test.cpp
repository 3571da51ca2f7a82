// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What a picture says of itself.
#include <map>

#include "draw/request.hpp"
#include "requests.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::Mode;
using draw::Request;
using namespace inr::test;

namespace {

// Of n records that all say the same.
draw::Recipe recipe_of(const base::Json& info, int n = 1) {
  draw::Recipe recipe;
  for (int i = 0; i < n; ++i) recipe.add({"abc", "", stream::ThetaDtype::kF32}, info);
  return recipe;
}

}  // namespace

BOOST_AUTO_TEST_CASE(commands_draw_the_picture_again) {
  const base::Json sampled = {{"seed", 7}, {"index", 0}, {"truncation", 0.7}};
  const base::Json later = {{"seed", 7}, {"index", 3}};
  const draw::Recipe unknown = recipe_of({{"by", "hand"}}), two = recipe_of(sampled, 2);
  draw::Subject many{&unknown};
  Request request = completed(of(Mode::kGrid));
  BOOST_TEST(draw::command_text(request, many) == "inr-render");
  request.width = request.height = 512;
  request.columns = 3;
  request.select = {4, 5, 6, 2, 9};
  request.upsample_from = 0;
  request.cells = model::Cells::kTraining;
  request.format = &draw::parse_format("png16");
  request.labels = true;
  request.srgb = true;
  request.kernel = {render::kReference, {}};
  many.window = {-0.3, 0, 1.5, 1};
  BOOST_TEST(draw::command_text(request, many) ==
             "inr-render --res 512x512 --window -0.3,0,1.5,1 --cells training --kernel reference "
             "--columns 3 --labels --select 4-6,2,9 --format png16 --srgb");
  request.format = &draw::parse_format("jpg");
  BOOST_TEST(draw::command_text(request, many).ends_with(" --format jpg"));
  many.records = &two;  // these say what was selected
  request = completed(of(Mode::kSuperres));
  request.compare = draw::parse_compare("nearest,lanczos");
  request.select = {4, 5};
  BOOST_TEST(draw::command_text(request, many) ==
             "inr-sample --seeds 7,7 --truncation 0.7 | inr-render superres --scale 4 --window -0.3,0,1.5,1 "
             "--compare nearest,lanczos");

  const Request each = completed(of(Mode::kEach), "%d.png");
  const draw::Recipe first = recipe_of(sampled), fourth = recipe_of(later);
  BOOST_TEST(draw::command_text(each, {&first, &sampled}) == "inr-sample --seeds 7 --truncation 0.7 | inr-render");
  BOOST_TEST(draw::command_text(each, {&fourth, &later}) == "inr-sample --seed 7 -n 4 | inr-render --select 3");
  // One picture of records that do not say where they are from: by its number among them.
  draw::Subject one{&unknown, &later, {}, 0, 0, 2};
  BOOST_TEST(draw::command_text(each, one) == "inr-render --select 2");
  request = completed(of(Mode::kEach), "%d.png");
  request.select = {4, 2};
  BOOST_TEST(draw::command_text(request, one) == "inr-render --select 2");
  request = completed(of(Mode::kGrid));
  BOOST_TEST(draw::command_text(request, one) == "inr-render");  // all there is
  request.select = {2};
  BOOST_TEST(draw::command_text(request, one) == "inr-render --select 2");
  const Request frames = completed(film(), "%d.png");
  one = {&unknown, &later, {0, 0, 0.5, 0.5}, 24, 8, 0};
  BOOST_TEST(draw::command_text(frames, one) == "inr-render zoom --res 24x8 --window 0,0,0.5,0.5 --select 0");
  BOOST_TEST(draw::command_text(frames, {&first, &sampled, {0, 0, 0.5, 0.5}, 24, 8}) ==
             "inr-sample --seeds 7 --truncation 0.7 | inr-render zoom --res 24x8 --window 0,0,0.5,0.5");
  // One cell among white ones, and one row of filters.
  request = completed(of(Mode::kGrid));
  request.columns = 2;
  BOOST_TEST(draw::command_text(request, {&first, &sampled}) ==
             "inr-sample --seeds 7 --truncation 0.7 | inr-render --columns 2");
  request = completed(of(Mode::kSuperres));
  BOOST_TEST(draw::command_text(request, {&fourth, &later}) ==
             "inr-sample --seed 7 -n 4 | inr-render --scale 4 --select 3");
  request.compare = draw::parse_compare("bicubic");
  BOOST_TEST(draw::command_text(request, {&fourth, &later}) ==
             "inr-sample --seed 7 -n 4 | inr-render superres --scale 4 --compare bicubic --select 3");

  const image::TextChunks text = draw::text_chunks(each, {&fourth, &later}, "inr-render 1");
  const std::map<std::string, std::string> chunks(text.begin(), text.end());
  BOOST_TEST(chunks.at("inr.model") == "abc");
  BOOST_TEST(chunks.at("inr.window") == "0,0,1,1");
  BOOST_TEST(chunks.at("inr.version") == "inr-render 1");
  BOOST_TEST(chunks.at("inr.seed") == "7");
  BOOST_TEST(chunks.at("inr.index") == "3");
  BOOST_TEST(draw::text_chunks(request, many, "").size() == 4);
}

BOOST_AUTO_TEST_CASE(blocks_are_upsampled_in_pictures_denser_than_training) {
  Request request = completed(of(Mode::kGrid));
  BOOST_TEST(!draw::can_upsample(request));  // without a size: that of training
  request.scale = 1;
  BOOST_TEST(!draw::can_upsample(request));
  request.scale = 1.01;
  BOOST_TEST(draw::can_upsample(request));
  request.scale = 0.5;
  request.window = {0, 0, 0.06, 1};  // rounded up, it may be
  BOOST_TEST(draw::can_upsample(request));
  request = completed(of(Mode::kSuperres));
  BOOST_TEST(draw::can_upsample(request));
  BOOST_TEST(draw::can_upsample(completed(film())));
  request.upsample_from = 0;
  const draw::Recipe none;
  BOOST_TEST(draw::command_text(request, {&none}) == "inr-render superres --scale 4 --upsample-from 0");
  request.cells = model::Cells::kTraining;
  BOOST_TEST(!draw::can_upsample(request));
  BOOST_TEST(draw::command_text(request, {&none}) == "inr-render superres --scale 4 --cells training");
}
