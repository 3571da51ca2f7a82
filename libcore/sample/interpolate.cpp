// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
#include "sample/interpolate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace inr::sample {
namespace {

constexpr std::array<std::pair<std::string_view, Space>, 3> kSpaces = {
    {{"z", Space::kZ}, {"w", Space::kW}, {"params", Space::kParams}}};
constexpr std::array<std::pair<std::string_view, Path>, 2> kPaths = {
    {{"line", Path::kLinear}, {"sphere", Path::kSpherical}}};
constexpr std::array<std::pair<std::string_view, Ease>, 2> kEases = {
    {{"linear", Ease::kLinear}, {"cosine", Ease::kCosine}}};

template <typename Names>
auto parse_name(const Names& names, std::string_view text) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw base::UsageError("\"" + base::printable(text) + "\" is none of " + known);
}

template <typename Names, typename Value>
std::string_view name_of(const Names& names, Value wanted) {
  for (const auto& [name, value] : names)
    if (value == wanted) return name;
  return {};
}

using Vector = std::vector<double>;

double length(const Vector& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

Vector weighted(double weight_a, const Vector& a, double weight_b, const Vector& b) {
  Vector out(a.size());
  for (size_t i = 0; i < a.size(); ++i) out[i] = weight_a * a[i] + weight_b * b[i];
  return out;
}

// v without its part along the unit vector u, of length 1; nothing where v has no other part.
std::optional<Vector> perpendicular(const Vector& u, const Vector& v) {
  double dot = 0;
  for (size_t i = 0; i < u.size(); ++i) dot += u[i] * v[i];
  Vector out = weighted(1, v, -dot, u);
  const double size = length(out);
  if (size < 1e-12) return std::nullopt;
  for (double& x : out) x /= size;
  return out;
}

// The great circle from a to b; nothing where there is none.
std::optional<Vector> on_circle(const Vector& a, const Vector& b, double t) {
  const double length_a = length(a), length_b = length(b);
  if (length_a == 0 || length_b == 0) return std::nullopt;
  Vector u = a, v = b;
  for (double& x : u) x /= length_a;
  for (double& x : v) x /= length_b;
  // Accurate for all angles, which the arc cosine of a product is not near 0 and pi.
  const double angle = 2 * std::atan2(length(weighted(1, u, -1, v)), length(weighted(1, u, 1, v)));
  std::optional<Vector> side = perpendicular(u, v);
  if (!side) {
    if (angle < 1) return std::nullopt;  // one direction
    Vector axis(u.size());
    const auto furthest =
        std::min_element(u.begin(), u.end(), [](double x, double y) { return std::abs(x) < std::abs(y); });
    axis[static_cast<size_t>(furthest - u.begin())] = 1;
    side = perpendicular(u, axis);
    if (!side) return std::nullopt;  // a line has no circles
  }
  const double radius = (1 - t) * length_a + t * length_b;
  return weighted(radius * std::cos(t * angle), u, radius * std::sin(t * angle), *side);
}

// The seed of a record that is sample 0 of it and says no more than its truncation.
std::optional<uint64_t> plain_seed(const base::Json& info) {
  if (!info.is_object() || info.size() != (info.contains("truncation") ? 3U : 2U)) return std::nullopt;
  const auto seed = info.find("seed"), index = info.find("index");
  if (seed == info.end() || index == info.end() || *index != 0 || !seed->is_number_unsigned()) return std::nullopt;
  return seed->get<uint64_t>();
}

// What a key point says, unless that is so long that films of films would grow without end.
base::Json short_info(const base::Json& info) {
  constexpr size_t kMaxBytes = 4096;
  return base::dump_json(info).size() <= kMaxBytes ? info : base::Json::object();
}

}  // namespace

Space parse_space(std::string_view name) { return parse_name(kSpaces, name); }
Path parse_path(std::string_view name) { return parse_name(kPaths, name); }
Ease parse_ease(std::string_view name) { return parse_name(kEases, name); }

Film::Film(int64_t n_keys, int64_t frames_per_leg, bool loop, Ease ease)
    : n_keys_(n_keys), frames_per_leg_(frames_per_leg), n_legs_(loop ? n_keys : n_keys - 1), ease_(ease) {
  if (n_keys < 2)
    throw base::UsageError("an interpolation takes two key points or more, not " + std::to_string(n_keys));
}

Frame Film::frame(int64_t i) const {
  const int64_t leg = i / frames_per_leg_, step = i % frames_per_leg_;
  if (leg == n_legs_) return {.from = n_keys_ - 1, .to = n_keys_ - 1, .step = 0, .t = 0};
  const double even = static_cast<double>(step) / static_cast<double>(frames_per_leg_);
  const double t = ease_ == Ease::kLinear ? even : (1 - std::cos(std::numbers::pi * even)) / 2;
  return {.from = leg, .to = (leg + 1) % n_keys_, .step = step, .t = t};
}

std::vector<float> between(std::span<const float> a, std::span<const float> b, double t, Path path) {
  // Not by weights of 0 and 1, which would lose the sign of -0 and make NaN of infinity.
  if (t == 0) return {a.begin(), a.end()};
  if (t == 1) return {b.begin(), b.end()};
  const Vector from(a.begin(), a.end()), to(b.begin(), b.end());
  std::optional<Vector> point;
  if (path == Path::kSpherical) point = on_circle(from, to, t);
  if (!point) point = weighted(1 - t, from, t, to);
  return {point->begin(), point->end()};
}

base::Json frame_info(const Film& film, int64_t i, std::span<const base::Json> keys, Way way) {
  const Frame frame = film.frame(i);
  base::Json info = {{"frame", i}, {"from", frame.from}, {"to", frame.to}, {"t", frame.t}};
  const base::Json& from = keys[static_cast<size_t>(frame.from)];
  const base::Json& to = keys[static_cast<size_t>(frame.to)];
  const auto seed_from = plain_seed(from), seed_to = plain_seed(to);
  if (seed_from && seed_to && from.value("truncation", base::Json()) == to.value("truncation", base::Json())) {
    info["seeds"] = {*seed_from, *seed_to};
    if (from.contains("truncation")) info["truncation"] = from["truncation"];
  } else {
    info["keys"] = {short_info(from), short_info(to)};
  }
  info["space"] = name_of(kSpaces, way.space);
  info["path"] = name_of(kPaths, way.path);
  info["step"] = frame.step;
  info["frames"] = film.frames_per_leg();
  info["ease"] = name_of(kEases, film.ease());
  return info;
}

}  // namespace inr::sample
