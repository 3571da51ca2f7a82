// SPDX-FileCopyrightText: The inr authors
// SPDX-License-Identifier: Apache-2.0
// Where the time of a training iteration goes.
#pragma once
#include <chrono>

namespace inr::gan {

/// Seconds of the phases of one iteration (or, summed up, of several).
struct PhaseSeconds {
  double data = 0;       // waiting for pictures
  double g_forward = 0;  // z -> images, both steps, and again for each part of a micro-batched G step
  double d_forward = 0;
  double r1 = 0;         // dD(real)/dreal, and the pass back through it, which carries the loss of the reals along
  double backward = 0;   // all other gradients
  double optimiser = 0;  // norms, Adam, moving average
  double allreduce = 0;  // waiting for the other processes

  [[nodiscard]] double total() const { return data + g_forward + d_forward + r1 + backward + optimiser + allreduce; }
  PhaseSeconds& operator+=(const PhaseSeconds& other) {
    data += other.data;
    g_forward += other.g_forward;
    d_forward += other.d_forward;
    r1 += other.r1;
    backward += other.backward;
    optimiser += other.optimiser;
    allreduce += other.allreduce;
    return *this;
  }
};

/// Adds the time of its scope to a phase.
class PhaseTimer {
 public:
  explicit PhaseTimer(double& phase) : phase_(phase), start_(std::chrono::steady_clock::now()) {}
  ~PhaseTimer() { phase_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  double& phase_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace inr::gan
