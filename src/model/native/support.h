// What kernels are written with: versions by processor, threads, and the arrays of one call. For one source file alone.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

// Of tensorflow/c/kernels.h, which includes much that is not staged.
extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder* builder, TF_Status* status);
void TF_GetInput(TF_OpKernelContext* context, int index, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int index, TF_DataType type, const int64_t* shape, int rank,
                             size_t bytes, TF_Status* status);
void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status);
}

namespace {

// ---- One function for each width of vector that processors have, as the library may be built on another machine.

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define AVX2 __attribute__((target("avx2,fma")))

const int level = [] {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return wide ? 2 : 1;
}();

// Defines `name` with the body that follows, compiled for each level.
#define BY_LEVEL(name, params, args)                \
  INLINE void name##Body params;                    \
  AVX512 void name##512 params { name##Body args; } \
  AVX2 void name##256 params { name##Body args; }   \
  void name##Plain params { name##Body args; }      \
  void name params {                                \
    if (level == 2) return name##512 args;          \
    if (level == 1) return name##256 args;          \
    name##Plain args;                               \
  }                                                 \
  INLINE void name##Body params
#else
#define BY_LEVEL(name, params, args) void name params
#endif

// ---- Threads: as many as TensorFlow's own, which this interface does not lend.

class Pool {
 public:
  explicit Pool(int count) : count_(count) {
    for (int i = 1; i < count; i++) std::thread([this, i] { serve(i); }).detach();
  }

  // Calls part(from, to) for as many parts of [0, n) as there are threads; on the caller's alone where that is faster.
  void run(int64_t n, int64_t numbers, const std::function<void(int64_t, int64_t)>& part) {
    std::unique_lock<std::mutex> alone(caller_, std::defer_lock);
    if (count_ == 1 || n < 2 || numbers < kLeast || !alone.try_lock()) return part(0, n);
    const auto share = [&part, n, this](int i) { part(n * i / count_, n * (i + 1) / count_); };
    {
      std::lock_guard<std::mutex> guard(mutex_);
      work_ = share;
      left_ = count_ - 1;
      turn_++;
    }
    begin_.notify_all();
    share(0);
    std::unique_lock<std::mutex> guard(mutex_);
    end_.wait(guard, [this] { return left_ == 0; });
  }

 private:
  static constexpr int64_t kLeast = 1 << 15;

  void serve(int i) {
    for (int64_t seen = 0;;) {
      std::unique_lock<std::mutex> guard(mutex_);
      begin_.wait(guard, [&] { return turn_ != seen; });
      seen = turn_;
      const auto work = work_;
      guard.unlock();
      work(i);
      guard.lock();
      if (--left_ == 0) end_.notify_one();
    }
  }

  const int count_;
  std::mutex caller_, mutex_;
  std::condition_variable begin_, end_;
  std::function<void(int)> work_;
  int left_ = 0;
  int64_t turn_ = 0;
};

Pool& pool() {
  static Pool* const one = [] {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int count = asked ? std::atoi(asked) : 0;
    return new Pool(count > 0 ? count : std::max(1u, std::thread::hardware_concurrency()));
  }();
  return *one;
}

// ---- One call of an operation.

struct Array {
  float* data;
  int64_t rows, columns;
  bool present() const { return rows > 0; }
  float* row(int64_t i) const { return data ? data + i * columns : nullptr; }
};

class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : held_) TF_DeleteTensor(tensor);
    if (!fits_) TF_SetStatus(status_, TF_INVALID_ARGUMENT, "Shapes do not fit.");
    if (!ok()) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }

  // All but the last dimension are rows; a vector is one.
  Array input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (!tensor) return {};
    held_.push_back(tensor);
    return arrayOf(tensor);
  }

  Array output(int index, const std::vector<int64_t>& shape) {
    int64_t all = 1;
    for (const int64_t length : shape) all *= length;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                          all * sizeof(float), status_);
    if (!tensor) return {};
    held_.push_back(tensor);
    return arrayOf(tensor);
  }

  std::vector<int64_t> shape(int index) {
    std::vector<int64_t> lengths;
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (!tensor) return lengths;
    held_.push_back(tensor);
    for (int i = 0; i < TF_NumDims(tensor); i++) lengths.push_back(TF_Dim(tensor, i));
    return lengths;
  }

  // An array has the expected shape, or the call fails.
  void expect(bool holds) { fits_ = fits_ && holds; }
  bool ok() const { return fits_ && TF_GetCode(status_) == TF_OK; }

 private:
  static Array arrayOf(TF_Tensor* tensor) {
    const int rank = TF_NumDims(tensor);
    const int64_t columns = rank == 0 ? 1 : TF_Dim(tensor, rank - 1);
    const int64_t all = TF_TensorElementCount(tensor);
    return {static_cast<float*>(TF_TensorData(tensor)), columns == 0 ? 0 : all / columns, columns};
  }

  TF_OpKernelContext* const context_;
  TF_Status* const status_;
  bool fits_ = true;
  std::vector<TF_Tensor*> held_;
};

}  // namespace
