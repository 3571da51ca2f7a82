// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// What labels say, how large they are, and where their ink lies.
#include "draw/grid_labels.hpp"

#include "image/compose.hpp"
#include "image/decode.hpp"
#include "image/encode.hpp"
#include "image/png_writer.hpp"
#include "support/test.hpp"

using namespace inr;
using draw::LabelForms;

namespace {

std::string joined(const LabelForms& forms) { return forms[0] + "|" + forms[1] + "|" + forms[2]; }

std::string label(const base::Json& info, bool show_index = false) {
  return joined(draw::record_label(info, 12, show_index));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_they_say) {
  BOOST_TEST(label({{"seed", 7}, {"index", 0}}) == "seed 7|7|7");
  BOOST_TEST(label({{"seed", 7}, {"index", 3}}) == "seed 7 #3|7#3|#3");
  BOOST_TEST(label({{"seed", 7}, {"index", 0}}, true) == "seed 7 #0|7#0|#0");
  BOOST_TEST(label({{"latents", "z.npy"}, {"row", 3}}) == "row 3|3|3");
  base::Json frame = {{"frame", 5}, {"from", 1}, {"to", 2}, {"t", 0.25}, {"seeds", {3, 9}}};
  BOOST_TEST(label(frame) == "seeds 3>9 0.25|3>9 0.25|0.25");
  frame["t"] = 0;
  BOOST_TEST(label(frame) == "seed 3|3|3");
  frame.erase("seeds");
  BOOST_TEST(label(frame) == "key 1|1|1");
  frame["t"] = 0.999;
  BOOST_TEST(label(frame) == "keys 1>2 1.00|1>2 1.00|1.00");
  // Nothing is believed; then it is the number among all records.
  for (const base::Json& info :
       {base::Json::object(), base::Json(nullptr), base::Json{{"seed", "x"}, {"index", 0}}, base::Json{{"seed", 1}},
        base::Json{{"t", 0.5}, {"seeds", {1}}}, base::Json{{"t", 0.5}, {"seeds", {"a", "b"}}},
        base::Json{{"t", 1e300}, {"from", 0}, {"to", 1}}, base::Json{{"seed", -1}, {"index", 0}}}) {
    BOOST_TEST_CONTEXT(base::dump_json(info)) { BOOST_TEST(label(info) == "record 12|12|12"); }
  }
}

BOOST_AUTO_TEST_CASE(all_of_a_picture_have_one_form_and_size) {
  draw::LabelWidths widths;
  widths.add({{"seed", 7}, {"index", 0}}, 0);
  widths.add({{"seed", 123}, {"index", 0}}, 1);
  BOOST_TEST(!widths.has_index());
  BOOST_TEST((widths.longest() == std::array<size_t, 3>{8, 3, 3}));
  widths.add({{"seed", 7}, {"index", 10}}, 2);
  BOOST_TEST(widths.has_index());
  BOOST_TEST((widths.longest() == std::array<size_t, 3>{11, 5, 3}));  // "seed 123 #0", "123#0", "#10"

  const auto style = [](std::vector<size_t> longest, int64_t width, int64_t height) {
    const draw::LabelStyle chosen = draw::label_style(longest, width, height);
    return std::pair<int, size_t>(chosen.scale, chosen.form);
  };
  const std::vector<size_t> three = {6, 1, 1};  // "seed 7"
  BOOST_TEST((style(three, 32, 32) == std::pair<int, size_t>(1, 1)));
  BOOST_TEST((style(three, 35, 35) == std::pair<int, size_t>(1, 0)));  // 6 characters take 35 pixels
  BOOST_TEST((style(three, 34, 35) == std::pair<int, size_t>(1, 1)));
  BOOST_TEST(!draw::is_too_wide({1, 1}, three, 5));  // "7"
  BOOST_TEST(draw::is_too_wide({1, 1}, three, 4));
  BOOST_TEST((style(three, 512, 512) == std::pair<int, size_t>(6, 0)));
  BOOST_TEST((style(three, 512, 64) == std::pair<int, size_t>(1, 0)));
  BOOST_TEST((style({20, 20, 18}, 256, 256) == std::pair<int, size_t>(2, 0)));  // smaller, so that a form fits at all
  BOOST_TEST((style(three, 1, 1) == std::pair<int, size_t>(1, 2)));
  BOOST_TEST((style(three, int64_t{1} << 20, int64_t{1} << 20) == std::pair<int, size_t>(13107, 0)));
}

BOOST_AUTO_TEST_CASE(ink) {
  // Two cells of 40 pixels and a third without a label, at scale 2: the letters of draw_text in the middle of each.
  const draw::LabelStyle style{2, 0};
  const std::vector<std::string> texts = {"a7", "seed 7"};  // the second is too wide
  image::Image want = image::make_image(120, 22);
  image::draw_text(want, (40 - 22) / 2, 4, "a7", image::kBlack, 2);
  for (const image::RowWriterMaker make : {image::make_png_writer, image::make_png16_writer}) {
    std::vector<std::byte> bytes;
    const auto writer = make(image::sink_into(bytes), 120, style.height(), {}, {});
    draw::write_labels(*writer, texts, 3, 40, style);
    writer->finish();
    BOOST_TEST((image::decode(bytes, "a strip").rgb == want.rgb));
  }
}
