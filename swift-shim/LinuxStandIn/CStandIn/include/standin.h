/* What makes the predictions of the stand-in for Core ML, and what describes its models. Exported
   by the shim's library on Linux alone; it is no part of the shim's contract. Dimensions and
   strides of the arrays count elements; the memory lives until the function returns. */
#ifndef PROPANE_STANDIN_H
#define PROPANE_STANDIN_H

#include "propane_shim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Computes the outputs and changes the states of one function of a compiled model. Returns 0, or
   anything else where it cannot; called on any thread. */
typedef int32_t (*propane_standin_predict)(void *user, const char *compiled, const char *function,
                                           const propane_array *inputs, int32_t input_count,
                                           const propane_array *outputs, int32_t output_count,
                                           const propane_array *states, int32_t state_count);

/* Writes what a package holds, as the JSON of the stand-in, to a buffer; returns its length
   without a closing zero, 0 where it does not know the package. Where the length is above the
   capacity nothing was written, and it is called again with more. */
typedef int64_t (*propane_standin_describe)(void *user, const char *package, char *buffer,
                                            int64_t capacity);

/* Registers what predicts; null takes it away. */
void propane_standin_predictor(propane_standin_predict predict, void *user);

/* Registers what describes the packages that hold no standin.json; null takes it away. */
void propane_standin_describer(propane_standin_describe describe, void *user);

#ifdef __cplusplus
}
#endif

#endif
