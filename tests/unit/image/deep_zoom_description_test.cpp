// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// NAME.dzi: written, read back, read as others write it, refused.
#include "image/deep_zoom_description.hpp"

#include "support/test.hpp"

using namespace inr::image;

BOOST_AUTO_TEST_CASE(the_description) {
  const std::string xml = to_xml({7, 5, 254, 1, "jpg", {{"inr.command", "a --res 7x5 ?> b"}, {"inr.seed", "3"}}});
  BOOST_CHECK_EQUAL(xml,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?inr.command a --res 7x5 ? > b?>\n<?inr.seed 3?>\n"
                    "<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" Format=\"jpg\" Overlap=\"1\" "
                    "TileSize=\"254\">\n  <Size Width=\"7\" Height=\"5\"/>\n</Image>\n");
  const auto read = parse_deep_zoom(xml);
  BOOST_REQUIRE(read);
  BOOST_CHECK(read->width == 7 && read->height == 5 && read->tile == 254 && read->overlap == 1 &&
              read->ending == "jpg");
  BOOST_CHECK((read->text == TextChunks{{"inr.command", "a --res 7x5 ? > b"}, {"inr.seed", "3"}}));

  // As vips writes it, and with other quotes.
  const std::string vips =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\"\n"
      "  Format=\"jpeg\"\n  Overlap=\"0\"\n  TileSize = '256'\n  >\n  <Size \n    Height=\"9\"\n    Width=\"8\"\n  />\n"
      "</Image>\n";
  const auto foreign = parse_deep_zoom(vips);
  BOOST_REQUIRE(foreign);
  BOOST_CHECK(foreign->width == 8 && foreign->height == 9 && foreign->tile == 256 && foreign->overlap == 0);
  BOOST_CHECK(foreign->ending == "jpeg" && foreign->text.empty());

  BOOST_CHECK(!parse_deep_zoom(""));
  for (const auto& [what, other] : {std::pair{"\"8\"", "\"0\""},
                                    {"\"8\"", "\"2147483648\""},
                                    {"\"8\"", "\"8 \""},
                                    {"Width", "Breadth"},
                                    {"jpeg", "../jpeg"},
                                    {"2008", "2009"},
                                    {"<Image", "<Collection"},
                                    {"/>", ""},
                                    {"'256'", "'256"},
                                    {"'256'", "'0'"}}) {
    std::string wrong = vips;
    wrong.replace(wrong.find(what), std::string_view(what).size(), other);
    if (std::string_view(what) == "/>") wrong.resize(wrong.find("Width"));
    BOOST_CHECK_MESSAGE(!parse_deep_zoom(wrong), wrong);
  }
  for (size_t n = 0; n < xml.find("/>"); ++n) BOOST_CHECK(!parse_deep_zoom(std::string_view(xml).substr(0, n)));
}
