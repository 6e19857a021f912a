// TensorFlow operations for the CPU that do in one pass over their numbers what chains of its own do in many. They are
// registered when Node loads this library beside TensorFlow's binding; `src/model/kernels.ts` calls them. All numbers
// are float32 and row by row; an array of no rows stands for one that is absent.
#include <node_api.h>

#include "attention.h"
#include "lstm.h"
#include "rows.h"
#include "scores.h"

namespace {

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

// Once a process: a worker thread of Node's loads the library again, which stays mapped (`-z nodelete`).
bool registered() {
  static const bool all =
      add<exponentials<1>>("KgmentorExponentials", 1, 3) &&
      add<exponentials<-1>>("KgmentorExponentialsOfOpposites", 1, 3) && add<widened>("KgmentorWidened", 3, 1) &&
      add<roots>("KgmentorRoots", 2, 1) && add<pulls>("KgmentorPulls", 2, 4) && add<minus>("KgmentorMinus", 3, 1) &&
      add<complexProduct>("KgmentorComplexProduct", 2, 1) &&
      add<complexProductBackward>("KgmentorComplexProductBackward", 3, 2) &&
      add<cubes<cubesRow, 1>>("KgmentorCubes", 1, 2) && add<cubes<complexCubesRow, 2>>("KgmentorComplexCubes", 1, 2) &&
      add<standings>("KgmentorStandings", 2, 1) && add<columnSums>("KgmentorColumnSums", 1, 1) &&
      add<lstmForward>("KgmentorLstm", 4, 4) && add<lstmBackward>("KgmentorLstmBackward", 6, 2) &&
      add<layerNorm>("KgmentorLayerNorm", 3, 3) && add<layerNormBackward>("KgmentorLayerNormBackward", 4, 2) &&
      add<attentionWeights>("KgmentorAttentionWeights", 1, 1) &&
      add<attentionWeightsBackward>("KgmentorAttentionWeightsBackward", 3, 1) &&
      add<attentionMix>("KgmentorAttentionMix", 2, 1) &&
      add<attentionMixBackward>("KgmentorAttentionMixBackward", 3, 2);
  return all;
}

}  // namespace

NAPI_MODULE_INIT() {
  if (!registered()) napi_throw_error(env, nullptr, "TensorFlow does not take the kernels.");
  return exports;
}
