// Passes over the rows of vectors and of layers.
#pragma once

#include <cmath>
#include <cstring>

#include "support.h"

namespace {

// ---- Sums of columns, which are the gradient of a bias.

BY_LEVEL(addRow, (const float* x, int64_t n, float* sum), (x, n, sum)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) sum[j] += x[j];
}

// Each thread has columns of its own, so that the order of adding does not depend on how many there are.
void columnSums(Call& call) {
  const Array x = call.input(0);
  const Array sum = call.output(0, {x.columns});
  if (!call.ok()) return;
  pool().run(x.columns, x.rows * x.columns, [&](int64_t from, int64_t to) {
    std::memset(sum.data + from, 0, (to - from) * sizeof(float));
    for (int64_t i = 0; i < x.rows; i++) addRow(x.row(i) + from, to - from, sum.data + from);
  });
}

// ---- Products of complex numbers written as [re | im], and their way back: d · conj(y) and d · conj(x).

BY_LEVEL(complexRow, (const float* x, const float* y, int64_t h, float* out), (x, y, h, out)) {
#pragma omp simd
  for (int64_t j = 0; j < h; j++) {
    out[j] = x[j] * y[j] - x[h + j] * y[h + j];
    out[h + j] = x[j] * y[h + j] + x[h + j] * y[j];
  }
}

BY_LEVEL(complexRowBack, (const float* d, const float* x, const float* y, int64_t h, float* dx, float* dy),
         (d, x, y, h, dx, dy)) {
#pragma omp simd
  for (int64_t j = 0; j < h; j++) {
    dx[j] = d[j] * y[j] + d[h + j] * y[h + j];
    dx[h + j] = d[h + j] * y[j] - d[j] * y[h + j];
    dy[j] = d[j] * x[j] + d[h + j] * x[h + j];
    dy[h + j] = d[h + j] * x[j] - d[j] * x[h + j];
  }
}

void complexProduct(Call& call) {
  const Array x = call.input(0), y = call.input(1);
  call.expect(x.rows == y.rows && x.columns == y.columns && x.columns % 2 == 0);
  const Array out = call.output(0, {x.rows, x.columns});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) { complexRow(x.row(i), y.row(i), x.columns / 2, out.row(i)); });
}

void complexProductBackward(Call& call) {
  const Array d = call.input(0), x = call.input(1), y = call.input(2);
  for (const Array& one : {x, y}) call.expect(one.rows == d.rows && one.columns == d.columns && d.columns % 2 == 0);
  const Array dx = call.output(0, {d.rows, d.columns}), dy = call.output(1, {d.rows, d.columns});
  if (!call.ok()) return;
  eachRow(d, [&](int64_t i) { complexRowBack(d.row(i), x.row(i), y.row(i), d.columns / 2, dx.row(i), dy.row(i)); });
}

// ---- Cubes of each row's sizes, summed, and a third of their gradient: |x| x.

BY_LEVEL(cubesRow, (const float* x, int64_t n, float* sum, float* by), (x, n, sum, by)) {
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t j = 0; j < n; j++) {
    by[j] = std::fabs(x[j]) * x[j];
    total += by[j] * x[j];
  }
  *sum = total;
}

BY_LEVEL(complexCubesRow, (const float* x, int64_t n, float* sum, float* by), (x, n, sum, by)) {
  const int64_t h = n / 2;
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t j = 0; j < h; j++) {
    const float square = x[j] * x[j] + x[h + j] * x[h + j], size = std::sqrt(square);
    by[j] = size * x[j];
    by[h + j] = size * x[h + j];
    total += square * size;
  }
  *sum = total;
}

template <void (*kRow)(const float*, int64_t, float*, float*), int kParts>
void cubes(Call& call) {
  const Array x = call.input(0);
  call.expect(x.columns % kParts == 0);
  const Array sum = call.output(0, {x.rows, 1}), by = call.output(1, {x.rows, x.columns});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) { kRow(x.row(i), x.columns, sum.row(i), by.row(i)); });
}

// ---- Layer normalisation and its way back.

BY_LEVEL(normRow,
         (const float* x, const float* scale, const float* shift, int64_t n, float* y, float* normal, float* inverse),
         (x, scale, shift, n, y, normal, inverse)) {
  float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < n; j++) sum += x[j];
  const float mean = sum / n;
#pragma omp simd reduction(+ : squares)
  for (int64_t j = 0; j < n; j++) squares += (x[j] - mean) * (x[j] - mean);
  const float by = 1.0f / std::sqrt(squares / n + 1e-5f);
  *inverse = by;
#pragma omp simd
  for (int64_t j = 0; j < n; j++) {
    normal[j] = (x[j] - mean) * by;
    y[j] = normal[j] * scale[j] + shift[j];
  }
}

void layerNorm(Call& call) {
  const Array x = call.input(0), scale = call.input(1), shift = call.input(2);
  call.expect(scale.columns == x.columns && shift.columns == x.columns);
  const Array y = call.output(0, {x.rows, x.columns}), normal = call.output(1, {x.rows, x.columns});
  const Array inverse = call.output(2, {x.rows, 1});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) {
    normRow(x.row(i), scale.data, shift.data, x.columns, y.row(i), normal.row(i), inverse.row(i));
  });
}

BY_LEVEL(normRowBack,
         (const float* dy, const float* normal, const float* scale, float inverse, int64_t n, float* dx,
          float* byScale),
         (dy, normal, scale, inverse, n, dx, byScale)) {
  float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
  for (int64_t j = 0; j < n; j++) {
    const float g = dy[j] * scale[j];
    sum += g;
    along += g * normal[j];
    byScale[j] = dy[j] * normal[j];
  }
  sum /= n, along /= n;
#pragma omp simd
  for (int64_t j = 0; j < n; j++) dx[j] = inverse * (dy[j] * scale[j] - sum - normal[j] * along);
}

// The second output's columns are to be summed: the gradient by the scale.
void layerNormBackward(Call& call) {
  const Array dy = call.input(0), normal = call.input(1), inverse = call.input(2), scale = call.input(3);
  call.expect(normal.rows == dy.rows && normal.columns == dy.columns);
  call.expect(inverse.rows == dy.rows && scale.columns == dy.columns);
  const Array dx = call.output(0, {dy.rows, dy.columns}), byScale = call.output(1, {dy.rows, dy.columns});
  if (!call.ok()) return;
  eachRow(dy, [&](int64_t i) {
    normRowBack(dy.row(i), normal.row(i), scale.data, inverse.data[i], dy.columns, dx.row(i), byScale.row(i));
  });
}

}  // namespace
