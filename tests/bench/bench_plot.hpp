// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// A plot of measurements as an SVG file: both axes logarithmic, one line a series.
#pragma once
#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace inr::bench {

struct Series {
  std::string name;
  std::vector<double> x, y;
  void add(double at, double value) {
    x.push_back(at);
    y.push_back(value);
  }
};

/// Positive values only. A file that cannot be written is left out silently: the table has been printed.
inline void write_plot(const std::string& path, const std::string& title, const std::string& x_label,
                       const std::vector<Series>& all) {
  constexpr double kWidth = 640, kHeight = 400, kLeft = 70, kRight = 20, kTop = 40, kBottom = 50;
  static constexpr const char* kColours[] = {"#1f6feb", "#d1242f", "#1a7f37", "#8250df"};
  double low_x = 1e300, high_x = 0, low_y = 1e300, high_y = 0;
  for (const Series& series : all) {
    for (const double x : series.x) low_x = std::min(low_x, x), high_x = std::max(high_x, x);
    for (const double y : series.y) low_y = std::min(low_y, y), high_y = std::max(high_y, y);
  }
  low_y = std::pow(10, std::floor(std::log10(low_y)));
  high_y = std::pow(10, std::ceil(std::log10(high_y)));
  const auto at_x = [&](double x) {
    return kLeft + (kWidth - kLeft - kRight) * std::log(x / low_x) / std::log(high_x / low_x);
  };
  const auto at_y = [&](double y) {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * std::log(y / low_y) / std::log(high_y / low_y);
  };
  std::ofstream svg(path);
  const auto text = [&](double x, double y, const char* anchor, const std::string& words,
                        const char* colour = "#24292f") {
    svg << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "' fill='" << colour << "'>" << words
        << "</text>\n";
  };
  const auto line = [&](double x0, double y0, double x1, double y1) {
    svg << "<line x1='" << x0 << "' y1='" << y0 << "' x2='" << x1 << "' y2='" << y1 << "' stroke='#d0d7de'/>\n";
  };
  svg << "<svg xmlns='http://www.w3.org/2000/svg' width='" << kWidth << "' height='" << kHeight
      << "' font-family='sans-serif' font-size='13'>\n<rect width='100%' height='100%' fill='white'/>\n";
  text(kWidth / 2, 22, "middle", title);
  text((kLeft + kWidth - kRight) / 2, kHeight - 12, "middle", x_label);
  for (double y = low_y; y <= high_y * 1.001; y *= 10) {
    line(kLeft, at_y(y), kWidth - kRight, at_y(y));
    std::string label = std::to_string(y);  // 0.010000: without the zeros at the end
    label.erase(label.find_last_not_of('0') + 1);
    if (label.back() == '.') label.pop_back();
    text(kLeft - 8, at_y(y) + 4, "end", label);
  }
  for (const double x : all.front().x) {
    line(at_x(x), kTop, at_x(x), kHeight - kBottom);
    text(at_x(x), kHeight - kBottom + 18, "middle", std::to_string(static_cast<int64_t>(x)));
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const char* colour = kColours[i % std::size(kColours)];
    svg << "<polyline fill='none' stroke-width='2' stroke='" << colour << "' points='";
    for (size_t j = 0; j < all[i].x.size(); ++j) svg << at_x(all[i].x[j]) << "," << at_y(all[i].y[j]) << " ";
    svg << "'/>\n";
    for (size_t j = 0; j < all[i].x.size(); ++j) {
      svg << "<circle r='3' fill='" << colour << "' cx='" << at_x(all[i].x[j]) << "' cy='" << at_y(all[i].y[j])
          << "'/>\n";
    }
    text(kLeft + 12, kTop + 18 + 18 * static_cast<double>(i), "start", all[i].name, colour);
  }
  svg << "</svg>\n";
}

}  // namespace inr::bench
