// A step of an LSTM.
#pragma once

#include "functions.h"

namespace {

// ---- A step of an LSTM and its way back; gates lie as input, forget, candidate, output.

BY_LEVEL(lstmRow,
         (const float* x, const float* r, const float* bias, const float* before, int64_t d, float* gates, float* cell,
          float* seen, float* hidden),
         (x, r, bias, before, d, gates, cell, seen, hidden)) {
#pragma omp simd
  for (int64_t j = 0; j < d; j++) {
    float i = x[j] + bias[j], f = x[d + j] + bias[d + j];
    float c = x[2 * d + j] + bias[2 * d + j], o = x[3 * d + j] + bias[3 * d + j];
    if (r) i += r[j], f += r[d + j], c += r[2 * d + j], o += r[3 * d + j];
    i = sigmoidOf(i), f = sigmoidOf(f), c = tanhOf(c), o = sigmoidOf(o);
    gates[j] = i, gates[d + j] = f, gates[2 * d + j] = c, gates[3 * d + j] = o;
    const float now = before ? f * before[j] + i * c : i * c;
    cell[j] = now;
    seen[j] = tanhOf(now);
    hidden[j] = o * seen[j];
  }
}

// Inputs: the token's part of the gates, the hidden state's part or none, the bias, the cell before or none.
void lstmForward(Call& call) {
  const Array x = call.input(0), recurrent = call.input(1), bias = call.input(2), before = call.input(3);
  const int64_t n = x.rows, d = x.columns / 4;
  call.expect(x.columns == 4 * d && bias.rows * bias.columns == 4 * d);
  call.expect(recurrent.present() ? recurrent.rows == n && recurrent.columns == 4 * d : !before.present());
  call.expect(!before.present() || (before.rows == n && before.columns == d));
  const Array gates = call.output(0, {n, 4 * d}), cell = call.output(1, {n, d});
  const Array seen = call.output(2, {n, d}), hidden = call.output(3, {n, d});
  if (!call.ok()) return;
  const bool later = before.present();
  eachRow(x, [&](int64_t i) {
    lstmRow(x.row(i), later ? recurrent.row(i) : nullptr, bias.data, later ? before.row(i) : nullptr, d, gates.row(i),
            cell.row(i), seen.row(i), hidden.row(i));
  });
}

BY_LEVEL(lstmRowBack,
         (const float* gates, const float* seen, const float* before, const float* dHidden, const float* dHiddenLater,
          const float* dCellLater, int64_t d, float* dGates, float* dCellBefore),
         (gates, seen, before, dHidden, dHiddenLater, dCellLater, d, dGates, dCellBefore)) {
#pragma omp simd
  for (int64_t j = 0; j < d; j++) {
    const float i = gates[j], f = gates[d + j], c = gates[2 * d + j], o = gates[3 * d + j], t = seen[j];
    const float dh = dHiddenLater ? dHidden[j] + dHiddenLater[j] : dHidden[j];
    float dc = dh * o * (1.0f - t * t);
    if (dCellLater) dc += dCellLater[j];
    dGates[j] = dc * c * i * (1.0f - i);
    dGates[d + j] = before ? dc * before[j] * f * (1.0f - f) : 0.0f;
    dGates[2 * d + j] = dc * i * (1.0f - c * c);
    dGates[3 * d + j] = dh * t * o * (1.0f - o);
    dCellBefore[j] = dc * f;
  }
}

// Inputs: what the step kept, the gradient by its hidden state, then those by hidden state and cell through the step
// after it.
void lstmBackward(Call& call) {
  const Array gates = call.input(0), seen = call.input(1), before = call.input(2);
  const Array dHidden = call.input(3), dHiddenLater = call.input(4), dCellLater = call.input(5);
  const int64_t n = seen.rows, d = seen.columns;
  call.expect(gates.rows == n && gates.columns == 4 * d);
  for (const Array& one : {before, dHidden, dHiddenLater, dCellLater})
    call.expect(!one.present() || (one.rows == n && one.columns == d));
  call.expect(dHidden.present() || n == 0);
  const Array dGates = call.output(0, {n, 4 * d}), dCell = call.output(1, {n, d});
  if (!call.ok()) return;
  const auto at = [](const Array& one, int64_t i) { return one.present() ? one.row(i) : nullptr; };
  eachRow(gates, [&](int64_t i) {
    lstmRowBack(gates.row(i), seen.row(i), at(before, i), dHidden.row(i), at(dHiddenLater, i), at(dCellLater, i), d,
                dGates.row(i), dCell.row(i));
  });
}

}  // namespace
