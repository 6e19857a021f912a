// Passes over the scores of queries [n, entities].
#pragma once

#include <cmath>

#include "functions.h"

namespace {

// The sum of part(begin, end) over blocks of [0, n), once each and in order: one of all numbers in a row would lose the last places.
template <class Part>
INLINE float summed(int64_t n, const Part& part) {
  constexpr int64_t kBlock = 4096;
  float total = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) total += part(begin, begin + kBlock < n ? begin + kBlock : n);
  return total;
}

// A part in a version for a processor is compiled as this is.
#define PART [&](int64_t begin, int64_t end) __attribute__((always_inline))

// ---- Exponentials of rows for a softmax: exp(s − max), their sum, and log Σ exp(s), of s = sign · values.

BY_LEVEL(exponentialsOf, (const float* x, int64_t n, float sign, float* e, float* sum, float* logSum),
         (x, n, sign, e, sum, logSum)) {
  float top = sign * x[0];
#pragma omp simd reduction(max : top)
  for (int64_t j = 0; j < n; j++) top = sign * x[j] > top ? sign * x[j] : top;
  *sum = summed(n, PART {
    float part = 0;
#pragma omp simd reduction(+ : part)
    for (int64_t j = begin; j < end; j++) {
      const float y = expOf(sign * x[j] - top);
      e[j] = y;
      part += y;
    }
    return part;
  });
  *logSum = std::log(*sum) + top;
}

template <int kSign>
void exponentials(Call& call) {
  const Array x = call.input(0);
  const Array e = call.output(0, {x.rows, x.columns});
  const Array sum = call.output(1, {x.rows, 1}), logSum = call.output(2, {x.rows, 1});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) { exponentialsOf(x.row(i), x.columns, kSign, e.row(i), sum.row(i), logSum.row(i)); });
}

// ---- Rows [by · x | constants + factors · |x|²], whose products are squared distances.

BY_LEVEL(widenRow,
         (const float* x, int64_t n, float by, const float* constants, const float* factors, int64_t k, float* y),
         (x, n, by, constants, factors, k, y)) {
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t j = 0; j < n; j++) {
    squares += x[j] * x[j];
    y[j] = by * x[j];
  }
  for (int64_t j = 0; j < k; j++) y[n + j] = constants[j] + factors[j] * squares;
}

// The tail holds constants, then factors.
void widened(Call& call) {
  const Array x = call.input(0), by = call.input(1), tail = call.input(2);
  call.expect(by.rows * by.columns == 1 && tail.rows == 2);
  const int64_t k = tail.columns;
  const Array y = call.output(0, {x.rows, x.columns + k});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) { widenRow(x.row(i), x.columns, *by.data, tail.row(0), tail.row(1), k, y.row(i)); });
}

// ---- Distances of squared ones, which rounding may have made negative: d = √max(x, least).

BY_LEVEL(rootsOf, (const float* x, int64_t n, float least, float* y), (x, n, least, y)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) y[j] = std::sqrt(x[j] < least ? least : x[j]);
}

void roots(Call& call) {
  const Array x = call.input(0), least = call.input(1);
  call.expect(least.rows * least.columns == 1);
  const Array y = call.output(0, {x.rows, x.columns});
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    rootsOf(x.row(from), (to - from) * x.columns, *least.data, y.row(from));
  });
}

// What pulls in a softmax over −d: exp(least d − d) / d and its sum, the sum of exp(least d − d), and log Σ exp(−d).
BY_LEVEL(pullsOf, (const float* x, int64_t n, float least, float* pull, float* strength, float* sum, float* logSum),
         (x, n, least, pull, strength, sum, logSum)) {
  float nearest = x[0];
#pragma omp simd reduction(min : nearest)
  for (int64_t j = 0; j < n; j++) nearest = x[j] < nearest ? x[j] : nearest;
  const float top = std::sqrt(nearest < least ? least : nearest);
  float strengthSum = 0;
  *sum = summed(n, PART {
    float part = 0, strengthPart = 0;
#pragma omp simd reduction(+ : part, strengthPart)
    for (int64_t j = begin; j < end; j++) {
      const float d = std::sqrt(x[j] < least ? least : x[j]);
      const float e = expOf(top - d);
      const float own = e / d;
      pull[j] = own;
      part += e;
      strengthPart += own;
    }
    strengthSum += strengthPart;
    return part;
  });
  *strength = strengthSum;
  *logSum = std::log(*sum) - top;
}

void pulls(Call& call) {
  const Array x = call.input(0), least = call.input(1);
  call.expect(least.rows * least.columns == 1);
  const Array pull = call.output(0, {x.rows, x.columns});
  const Array strength = call.output(1, {x.rows, 1}), sum = call.output(2, {x.rows, 1});
  const Array logSum = call.output(3, {x.rows, 1});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) {
    pullsOf(x.row(i), x.columns, *least.data, pull.row(i), strength.row(i), sum.row(i), logSum.row(i));
  });
}

// ---- Places of each row's own number: how many are greater, less how many are smaller; none where one is no number.

BY_LEVEL(standingOf, (const float* x, int64_t n, float own, float* out), (x, n, own, out)) {
  int32_t above = 0, below = 0, same = 0;
#pragma omp simd reduction(+ : above, below, same)
  for (int64_t j = 0; j < n; j++) {
    above += x[j] > own;
    below += x[j] < own;
    same += x[j] == own;
  }
  *out = above + below + same == n ? static_cast<float>(above - below) : NAN;
}

void standings(Call& call) {
  const Array x = call.input(0), own = call.input(1);
  call.expect(own.rows * own.columns == x.rows);
  const Array out = call.output(0, {x.rows});
  if (!call.ok()) return;
  eachRow(x, [&](int64_t i) { standingOf(x.row(i), x.columns, own.data[i], out.data + i); });
}

// ---- a − c · b, each row with a number of its own.

BY_LEVEL(minusOf, (const float* a, const float* b, float c, int64_t n, float* out), (a, b, c, n, out)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) out[j] = a[j] - c * b[j];
}

void minus(Call& call) {
  const Array a = call.input(0), b = call.input(1), c = call.input(2);
  call.expect(b.rows == a.rows && b.columns == a.columns && c.rows * c.columns == a.rows);
  const Array out = call.output(0, {a.rows, a.columns});
  if (!call.ok()) return;
  eachRow(a, [&](int64_t i) { minusOf(a.row(i), b.row(i), c.data[i], a.columns, out.row(i)); });
}

}  // namespace
