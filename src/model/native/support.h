// What kernels are written with: versions by processor, threads, and the arrays of one call. For one source file alone.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

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
  explicit Pool(int count) {
    for (int i = 1; i < count; i++) helpers_.push_back(std::make_unique<Helper>());
    for (int i = 1; i < count; i++) std::thread([this, i] { serve(i); }).detach();
  }

  // Calls part(from, to) for parts of [0, n), as many as there are threads, or fewer where they would be small.
  void run(int64_t n, int64_t numbers, const std::function<void(int64_t, int64_t)>& part) {
    const int64_t most = std::min<int64_t>({static_cast<int64_t>(helpers_.size()) + 1, n, numbers / kLeast});
    std::unique_lock<std::mutex> alone(caller_, std::defer_lock);
    if (most < 2 || !alone.try_lock()) return part(0, n);
    const auto share = [&part, n, most](int64_t i) { part(n * i / most, n * (i + 1) / most); };
    {
      std::lock_guard<std::mutex> guard(mutex_);
      work_ = share;
      left_ = most - 1;
      for (int64_t i = 1; i < most; i++) helpers_[i - 1]->asked = true;
    }
    for (int64_t i = 1; i < most; i++) helpers_[i - 1]->begin.notify_one();
    share(0);
    std::unique_lock<std::mutex> guard(mutex_);
    end_.wait(guard, [this] { return left_ == 0; });
  }

 private:
  // Numbers that are worth the waking of a thread.
  static constexpr int64_t kLeast = 1 << 14;

  struct Helper {
    std::condition_variable begin;
    bool asked = false;
  };

  void serve(int i) {
    Helper& mine = *helpers_[i - 1];
    for (;;) {
      std::unique_lock<std::mutex> guard(mutex_);
      mine.begin.wait(guard, [&] { return mine.asked; });
      mine.asked = false;
      const auto work = work_;
      guard.unlock();
      work(i);
      guard.lock();
      if (--left_ == 0) end_.notify_one();
    }
  }

  std::vector<std::unique_ptr<Helper>> helpers_;
  std::mutex caller_, mutex_;
  std::condition_variable end_;
  std::function<void(int64_t)> work_;
  int64_t left_ = 0;
};

// Processors that this process may use.
int processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

// Made by the first kernel that runs: its thread flushes tiny numbers to zero, as TensorFlow's do, and helpers inherit
// that.
Pool& pool() {
  static Pool* const one = [] {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int count = asked ? std::atoi(asked) : 0;
    return new Pool(count > 0 ? count : std::max(1, processors()));
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

// Calls each(i) for the rows of an array, in threads.
template <class Each>
void eachRow(const Array& x, const Each& each) {
  pool().run(x.rows, x.rows * x.columns, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) each(i);
  });
}

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
    if (!ok()) return {};  // a later success would hide it
    TF_GetInput(context_, index, &tensor, status_);
    if (!tensor) return {};
    held_.push_back(tensor);
    return arrayOf(tensor);
  }

  Array output(int index, const std::vector<int64_t>& shape) {
    if (!ok()) return {};
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
    if (!ok()) return lengths;
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
