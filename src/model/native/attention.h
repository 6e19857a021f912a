// Causal attention over the few tokens of a path: to this token and those before it.
#pragma once

#include <cmath>
#include <cstring>
#include <vector>

#include "functions.h"

namespace {

// Rows of one head of one path lie `stride` apart: queries, keys and values of its tokens.
struct Head {
  const float* at;
  int64_t stride;
  const float* row(int64_t token) const { return at + token * stride; }
};

INLINE float dotOf(const float* x, const float* y, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < n; j++) sum += x[j] * y[j];
  return sum;
}

INLINE void addTimes(float* to, float by, const float* x, int64_t n) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) to[j] += by * x[j];
}

// ---- Weights [tokens, tokens] of a head: softmax of q · k / √width.

BY_LEVEL(weigh, (Head q, Head k, int64_t tokens, int64_t width, float* weights), (q, k, tokens, width, weights)) {
  const float by = 1.0f / std::sqrt(static_cast<float>(width));
  for (int64_t i = 0; i < tokens; i++) {
    float* const w = weights + i * tokens;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j <= i; j++) {
      w[j] = by * dotOf(q.row(i), k.row(j), width);
      top = w[j] > top ? w[j] : top;
    }
    for (int64_t j = 0; j <= i; j++) sum += w[j] = expOf(w[j] - top);
    for (int64_t j = 0; j < tokens; j++) w[j] = j <= i ? w[j] / sum : 0.0f;
  }
}

// Gradients by queries and keys, which lie as these do.
BY_LEVEL(weighBack,
         (Head q, Head k, const float* weights, const float* dWeights, int64_t tokens, int64_t width, float* dq,
          float* dk),
         (q, k, weights, dWeights, tokens, width, dq, dk)) {
  const float by = 1.0f / std::sqrt(static_cast<float>(width));
  for (int64_t i = 0; i < tokens; i++) {
    const float *const w = weights + i * tokens, *const d = dWeights + i * tokens;
    float along = 0;
    for (int64_t j = 0; j <= i; j++) along += w[j] * d[j];
    for (int64_t j = 0; j <= i; j++) {
      const float s = by * w[j] * (d[j] - along);
      addTimes(dq + i * q.stride, s, k.row(j), width);
      addTimes(dk + j * k.stride, s, q.row(i), width);
    }
  }
}

// ---- What the weights make of values, and its way back.

BY_LEVEL(mixOf, (const float* weights, Head v, int64_t tokens, int64_t width, float* out),
         (weights, v, tokens, width, out)) {
  for (int64_t i = 0; i < tokens; i++)
    for (int64_t j = 0; j <= i; j++) addTimes(out + i * v.stride, weights[i * tokens + j], v.row(j), width);
}

BY_LEVEL(mixBack,
         (const float* weights, Head v, Head d, int64_t tokens, int64_t width, float* dWeights, float* dv),
         (weights, v, d, tokens, width, dWeights, dv)) {
  for (int64_t i = 0; i < tokens; i++)
    for (int64_t j = 0; j < tokens; j++) {
      dWeights[i * tokens + j] = j <= i ? dotOf(d.row(i), v.row(j), width) : 0.0f;
      if (j <= i) addTimes(dv + j * v.stride, weights[i * tokens + j], d.row(i), width);
    }
}

// ---- The operations. Queries and keys are [size, tokens, 2, heads, width], values [size, tokens, heads, width],
// weights [size · heads, tokens, tokens].

struct Heads {
  int64_t size, tokens, heads, width;
  int64_t all() const { return heads * width; }
  int64_t numbers() const { return size * tokens * all(); }
  // Calls each(path, head) in threads.
  template <class Each>
  void run(const Each& each) const {
    pool().run(size, 4 * numbers(), [&](int64_t from, int64_t to) {
      for (int64_t b = from; b < to; b++)
        for (int64_t h = 0; h < heads; h++) each(b, h);
    });
  }
};

Heads headsOf(Call& call, int index, int rank) {
  const std::vector<int64_t> shape = call.shape(index);
  call.expect(static_cast<int>(shape.size()) == rank && (rank == 4 || shape[2] == 2));
  if (!call.ok()) return {};
  return {shape[0], shape[1], shape[rank - 2], shape[rank - 1]};
}

void attentionWeights(Call& call) {
  const Array x = call.input(0);
  const Heads s = headsOf(call, 0, 5);
  const Array weights = call.output(0, {s.size * s.heads, s.tokens, s.tokens});
  if (!call.ok()) return;
  const int64_t stride = 2 * s.all();
  s.run([&](int64_t b, int64_t h) {
    const float* const q = x.data + b * s.tokens * stride + h * s.width;
    float* const pairs = weights.data + (b * s.heads + h) * s.tokens * s.tokens;
    weigh({q, stride}, {q + s.all(), stride}, s.tokens, s.width, pairs);
  });
}

// Inputs: queries and keys, weights, the gradient by these.
void attentionWeightsBackward(Call& call) {
  const Array x = call.input(0), weights = call.input(1), d = call.input(2);
  const Heads s = headsOf(call, 0, 5);
  for (const Array& one : {weights, d})
    call.expect(one.rows == s.size * s.heads * s.tokens && one.columns == s.tokens);
  const int64_t stride = 2 * s.all();
  const Array dx = call.output(0, {s.size * s.tokens, stride});
  if (!call.ok()) return;
  s.run([&](int64_t b, int64_t h) {
    const int64_t at = b * s.tokens * stride + h * s.width, pairs = (b * s.heads + h) * s.tokens * s.tokens;
    if (h == 0) std::memset(dx.data + at, 0, s.tokens * stride * sizeof(float));
    const float* const q = x.data + at;
    weighBack({q, stride}, {q + s.all(), stride}, weights.data + pairs, d.data + pairs, s.tokens, s.width,
              dx.data + at, dx.data + at + s.all());
  });
}

void attentionMix(Call& call) {
  const Array weights = call.input(0), v = call.input(1);
  const Heads s = headsOf(call, 1, 4);
  call.expect(weights.rows == s.size * s.heads * s.tokens && weights.columns == s.tokens);
  const Array out = call.output(0, {s.size * s.tokens, s.all()});
  if (!call.ok()) return;
  s.run([&](int64_t b, int64_t h) {
    const int64_t at = b * s.tokens * s.all() + h * s.width;
    if (h == 0) std::memset(out.data + at, 0, s.tokens * s.all() * sizeof(float));
    mixOf(weights.data + (b * s.heads + h) * s.tokens * s.tokens, {v.data + at, s.all()}, s.tokens, s.width,
          out.data + at);
  });
}

// Inputs: weights, values, the gradient by the mixed values.
void attentionMixBackward(Call& call) {
  const Array weights = call.input(0), v = call.input(1), d = call.input(2);
  const Heads s = headsOf(call, 1, 4);
  call.expect(weights.rows == s.size * s.heads * s.tokens && weights.columns == s.tokens);
  call.expect(d.rows * d.columns == s.numbers());
  const Array dWeights = call.output(0, {s.size * s.heads, s.tokens, s.tokens});
  const Array dv = call.output(1, {s.size * s.tokens, s.all()});
  if (!call.ok()) return;
  s.run([&](int64_t b, int64_t h) {
    const int64_t at = b * s.tokens * s.all() + h * s.width, pairs = (b * s.heads + h) * s.tokens * s.tokens;
    if (h == 0) std::memset(dv.data + at, 0, s.tokens * s.all() * sizeof(float));
    mixBack(weights.data + pairs, {v.data + at, s.all()}, {d.data + at, s.all()}, s.tokens, s.width,
            dWeights.data + pairs, dv.data + at);
  });
}

}  // namespace
