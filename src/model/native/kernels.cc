// TensorFlow operations for the CPU that do in one pass over their numbers what chains of its own do in many. They are
// registered when Node loads this library beside TensorFlow's binding; `src/model/kernels.ts` calls them. All numbers
// are float32 and row by row; an array of no rows stands for one that is absent.
#include <node_api.h>

#include <cmath>
#include <cstring>

#include "support.h"

namespace {

// ---- Functions of one number, in forms that compilers turn into vectors.

// e^x for x in [-87, 88], and at these ends beyond; within 2 units of the last place (Cephes' polynomial).
INLINE float expOf(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float shift = 12582912.0f;  // 1.5 · 2^23: adding it rounds to a whole number
  const float k = (x * 1.44269504088896341f + shift) - shift;
  const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(k) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

INLINE float sigmoidOf(float x) { return 1.0f / (1.0f + expOf(-x)); }

INLINE float tanhOf(float x) {
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = p * z * x + x;
  const float large = 1.0f - 2.0f / (expOf(2.0f * std::fabs(x)) + 1.0f);
  return std::fabs(x) < 0.625f ? small : std::copysign(large, x);
}

// ---- Exponentials of rows for a softmax: exp(s − max), their sum, and log Σ exp(s), of s = sign · values.

BY_LEVEL(exponentialsOf, (const float* x, int64_t n, float sign, float* e, float* sum, float* logSum),
         (x, n, sign, e, sum, logSum)) {
  float top = sign * x[0];
#pragma omp simd reduction(max : top)
  for (int64_t j = 0; j < n; j++) top = sign * x[j] > top ? sign * x[j] : top;
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t j = 0; j < n; j++) {
    const float y = expOf(sign * x[j] - top);
    e[j] = y;
    total += y;
  }
  *sum = total;
  *logSum = std::log(total) + top;
}

template <int kSign>
void exponentials(Call& call) {
  const Array x = call.input(0);
  const Array e = call.output(0, x.rows, x.columns);
  const Array sum = call.output(1, x.rows, 1), logSum = call.output(2, x.rows, 1);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      exponentialsOf(x.row(i), x.columns, kSign, e.row(i), sum.row(i), logSum.row(i));
  });
}

// ---- Distances of squared ones, which rounding may have made negative: d = √max(x, least).

BY_LEVEL(rootsOf, (const float* x, int64_t n, float least, float* y), (x, n, least, y)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) y[j] = std::sqrt(x[j] < least ? least : x[j]);
}

void roots(Call& call) {
  const Array x = call.input(0), least = call.input(1);
  call.expect(least.rows * least.columns == 1);
  const Array y = call.output(0, x.rows, x.columns);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    rootsOf(x.row(from), (to - from) * x.columns, *least.data, y.row(from));
  });
}

// What pulls in a softmax over −d: exp(least d − d) / d, the sum of exp(least d − d), and log Σ exp(−d).
BY_LEVEL(pullsOf, (const float* x, int64_t n, float least, float* pull, float* sum, float* logSum),
         (x, n, least, pull, sum, logSum)) {
  float nearest = x[0];
#pragma omp simd reduction(min : nearest)
  for (int64_t j = 0; j < n; j++) nearest = x[j] < nearest ? x[j] : nearest;
  const float top = std::sqrt(nearest < least ? least : nearest);
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t j = 0; j < n; j++) {
    const float d = std::sqrt(x[j] < least ? least : x[j]);
    const float e = expOf(top - d);
    pull[j] = e / d;
    total += e;
  }
  *sum = total;
  *logSum = std::log(total) - top;
}

void pulls(Call& call) {
  const Array x = call.input(0), least = call.input(1);
  call.expect(least.rows * least.columns == 1);
  const Array pull = call.output(0, x.rows, x.columns);
  const Array sum = call.output(1, x.rows, 1), logSum = call.output(2, x.rows, 1);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      pullsOf(x.row(i), x.columns, *least.data, pull.row(i), sum.row(i), logSum.row(i));
  });
}

// ---- Places of each row's own number: how many are greater, less how many are smaller.

BY_LEVEL(standingOf, (const float* x, int64_t n, float own, float* out), (x, n, own, out)) {
  int32_t above = 0, below = 0;
#pragma omp simd reduction(+ : above, below)
  for (int64_t j = 0; j < n; j++) {
    above += x[j] > own;
    below += x[j] < own;
  }
  *out = static_cast<float>(above - below);
}

void standings(Call& call) {
  const Array x = call.input(0), own = call.input(1);
  call.expect(own.rows * own.columns == x.rows);
  const Array out = call.output(0, 1, x.rows, 1);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) standingOf(x.row(i), x.columns, own.data[i], out.data + i);
  });
}

// ---- Sums of columns, which are the gradient of a bias.

BY_LEVEL(addRow, (const float* x, int64_t n, float* sum), (x, n, sum)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) sum[j] += x[j];
}

// Each thread has columns of its own, so that the order of adding does not depend on how many there are.
void columnSums(Call& call) {
  const Array x = call.input(0);
  const Array sum = call.output(0, 1, x.columns, 1);
  if (!call.ok()) return;
  pool().run(x.columns, x.rows * x.columns, [&](int64_t from, int64_t to) {
    std::memset(sum.data + from, 0, (to - from) * sizeof(float));
    for (int64_t i = 0; i < x.rows; i++) addRow(x.row(i) + from, to - from, sum.data + from);
  });
}

// ---- a − c · b, each row with a number of its own.

BY_LEVEL(lessOf, (const float* a, const float* b, float c, int64_t n, float* out), (a, b, c, n, out)) {
#pragma omp simd
  for (int64_t j = 0; j < n; j++) out[j] = a[j] - c * b[j];
}

void less(Call& call) {
  const Array a = call.input(0), b = call.input(1), c = call.input(2);
  call.expect(b.rows == a.rows && b.columns == a.columns && c.rows * c.columns == a.rows);
  const Array out = call.output(0, a.rows, a.columns);
  if (!call.ok()) return;
  pool().run(a.rows, a.rows * a.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) lessOf(a.row(i), b.row(i), c.data[i], a.columns, out.row(i));
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
  const Array out = call.output(0, x.rows, x.columns);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) complexRow(x.row(i), y.row(i), x.columns / 2, out.row(i));
  });
}

void complexProductBackward(Call& call) {
  const Array d = call.input(0), x = call.input(1), y = call.input(2);
  for (const Array& one : {x, y}) call.expect(one.rows == d.rows && one.columns == d.columns && d.columns % 2 == 0);
  const Array dx = call.output(0, d.rows, d.columns), dy = call.output(1, d.rows, d.columns);
  if (!call.ok()) return;
  pool().run(d.rows, d.rows * d.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      complexRowBack(d.row(i), x.row(i), y.row(i), d.columns / 2, dx.row(i), dy.row(i));
  });
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

template <void (*kRow)(const float*, int64_t, float*, float*)>
void cubes(Call& call) {
  const Array x = call.input(0);
  const Array sum = call.output(0, x.rows, 1), by = call.output(1, x.rows, x.columns);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) kRow(x.row(i), x.columns, sum.row(i), by.row(i));
  });
}

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
  const Array gates = call.output(0, n, 4 * d), cell = call.output(1, n, d);
  const Array seen = call.output(2, n, d), hidden = call.output(3, n, d);
  if (!call.ok()) return;
  const bool later = before.present();
  pool().run(n, n * 4 * d, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
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

// Inputs: what the step kept, then the gradients by its hidden state, and by hidden state and cell from the step after it.
void lstmBackward(Call& call) {
  const Array gates = call.input(0), seen = call.input(1), before = call.input(2);
  const Array dHidden = call.input(3), dHiddenLater = call.input(4), dCellLater = call.input(5);
  const int64_t n = seen.rows, d = seen.columns;
  call.expect(gates.rows == n && gates.columns == 4 * d);
  for (const Array& one : {before, dHidden, dHiddenLater, dCellLater})
    call.expect(!one.present() || (one.rows == n && one.columns == d));
  call.expect(dHidden.present() || n == 0);
  const Array dGates = call.output(0, n, 4 * d), dCell = call.output(1, n, d);
  if (!call.ok()) return;
  const auto at = [](const Array& one, int64_t i) { return one.present() ? one.row(i) : nullptr; };
  pool().run(n, n * 4 * d, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      lstmRowBack(gates.row(i), seen.row(i), at(before, i), dHidden.row(i), at(dHiddenLater, i), at(dCellLater, i), d,
                  dGates.row(i), dCell.row(i));
  });
}

// ---- Layer normalisation and its way back.

BY_LEVEL(normRow, (const float* x, const float* scale, const float* shift, int64_t n, float* y, float* normal, float* inverse),
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
  const Array y = call.output(0, x.rows, x.columns), normal = call.output(1, x.rows, x.columns);
  const Array inverse = call.output(2, x.rows, 1);
  if (!call.ok()) return;
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      normRow(x.row(i), scale.data, shift.data, x.columns, y.row(i), normal.row(i), inverse.row(i));
  });
}

BY_LEVEL(normRowBack,
         (const float* dy, const float* normal, const float* scale, float inverse, int64_t n, float* dx, float* byScale),
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
  const Array dx = call.output(0, dy.rows, dy.columns), byScale = call.output(1, dy.rows, dy.columns);
  if (!call.ok()) return;
  pool().run(dy.rows, dy.rows * dy.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++)
      normRowBack(dy.row(i), normal.row(i), scale.data, inverse.data[i], dy.columns, dx.row(i), byScale.row(i));
  });
}

// ---- Registration.

template <void (*kWork)(Call&)>
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  kWork(call);
}

void unknownShape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

// Whether TensorFlow has taken it.
template <void (*kWork)(Call&)>
bool add(const char* name, int inputs, int outputs) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  const char* const letters[] = {"a: float", "b: float", "c: float", "d: float", "e: float", "f: float"};
  const char* const results[] = {"u: float", "v: float", "w: float", "x: float"};
  for (int i = 0; i < inputs; i++) TF_OpDefinitionBuilderAddInput(op, letters[i]);
  for (int i = 0; i < outputs; i++) TF_OpDefinitionBuilderAddOutput(op, results[i]);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, unknownShape);
  TF_RegisterOpDefinition(op, status);
  bool taken = TF_GetCode(status) == TF_OK;
  if (taken) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(name, "CPU", nullptr, compute<kWork>, nullptr);
    TF_RegisterKernelBuilder(name, kernel, status);
    taken = TF_GetCode(status) == TF_OK;
  }
  TF_DeleteStatus(status);
  return taken;
}

// Once a process: a worker thread of Node's loads the library again.
bool registered() {
  static const bool all =
      add<exponentials<1>>("KgmentorExponentials", 1, 3) &&
      add<exponentials<-1>>("KgmentorExponentialsOfOpposites", 1, 3) && add<roots>("KgmentorRoots", 2, 1) &&
      add<pulls>("KgmentorPulls", 2, 3) && add<less>("KgmentorLess", 3, 1) &&
      add<complexProduct>("KgmentorComplexProduct", 2, 1) &&
      add<complexProductBackward>("KgmentorComplexProductBackward", 3, 2) &&
      add<cubes<cubesRow>>("KgmentorCubes", 1, 2) && add<cubes<complexCubesRow>>("KgmentorComplexCubes", 1, 2) &&
      add<standings>("KgmentorStandings", 2, 1) && add<columnSums>("KgmentorColumnSums", 1, 1) &&
      add<lstmForward>("KgmentorLstm", 4, 4) && add<lstmBackward>("KgmentorLstmBackward", 6, 2) &&
      add<layerNorm>("KgmentorLayerNorm", 3, 3) && add<layerNormBackward>("KgmentorLayerNormBackward", 4, 2);
  return all;
}

}  // namespace

NAPI_MODULE_INIT() {
  if (!registered()) napi_throw_error(env, nullptr, "TensorFlow does not take the kernels.");
  return exports;
}
