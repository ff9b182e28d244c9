/* The one contract between Propane's Java side and Core ML. The Swift package implements it; Java
   calls it through bindings generated from this file.

   Fixed-width types only. Handles are opaque pointers. Every function that can fail returns a
   status and fills in an error, if one is given; the caller frees its texts. Strings are UTF-8 and
   end with a zero. No function keeps a pointer it was given beyond the call, unless it says so.
   A model may be used by several threads; its calls are carried out one after the other. */
#ifndef PROPANE_SHIM_H
#define PROPANE_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this contract; raised with every change. */
#define PROPANE_SHIM_VERSION 1

/* What a call came to. */
#define PROPANE_OK 0
#define PROPANE_INVALID_ARGUMENT 1
#define PROPANE_NOT_FOUND 2
#define PROPANE_FAILED 3
#define PROPANE_TIMED_OUT 4
#define PROPANE_CANCELLED 5
#define PROPANE_UNSUPPORTED 6

/* Which processors a model may use; the values are Core ML's own. */
#define PROPANE_CPU_ONLY 0
#define PROPANE_CPU_AND_GPU 1
#define PROPANE_ALL 2
#define PROPANE_CPU_AND_NEURAL_ENGINE 3

/* Element types of arrays; the values are Core ML's own. */
#define PROPANE_FLOAT32 65568
#define PROPANE_FLOAT16 65552
#define PROPANE_INT32 131104

/* How grave a line of the log is. */
#define PROPANE_LOG_DEBUG 0
#define PROPANE_LOG_INFO 1
#define PROPANE_LOG_WARNING 2
#define PROPANE_LOG_ERROR 3

/* What went wrong. Domain and text are null where nothing did; freed by propane_error_free. */
typedef struct propane_error {
    int32_t status;
    int32_t reserved;
    int64_t code;
    char *domain;
    char *text;
} propane_error;

/* A named array in the caller's memory: strides count elements, not bytes. */
typedef struct propane_array {
    const char *name;
    void *data;
    int64_t bytes;
    const int64_t *dims;
    const int64_t *strides;
    int32_t rank;
    int32_t dtype;
} propane_array;

/* Hears a line of the log, on any thread. The text lives until it returns. */
typedef void (*propane_log)(void *user, int32_t level, const char *text);

/* Returns the version of the contract that the library was built for. */
int32_t propane_version(void);

/* Frees the texts of an error and clears it; one that holds none is left as it is. */
void propane_error_free(propane_error *error);

/* Frees a string that one of these functions handed out. */
void propane_string_free(char *string);

/* Sends the log to a function until another takes its place; null ends it. The function and user
   are kept until then. */
void propane_log_to(propane_log log, void *user);

/* Hands out the machine's devices as JSON: [{"kind": "neural_engine", "cores": 16}, ...]. */
int32_t propane_devices(char **json, propane_error *error);

/* Loads one function of a package, compiling the package where no compiled one is cached.
   function: its name, or null for the default one. timeout_ms: how long it may take; 0: no limit.
   The handle lives until propane_model_release. */
int32_t propane_model_load(const char *path, const char *function, int32_t units,
                           int64_t timeout_ms, void **model, propane_error *error);

/* Hands out what a model takes and gives as JSON:
   {"function": "...", "inputs": [{"name", "dtype", "shape"}, ...], "outputs": [...],
    "states": [...]}. */
int32_t propane_model_describe(void *model, char **json, propane_error *error);

/* Predicts once: reads the inputs, writes the outputs into the caller's memory. Every input and
   every wanted output of the model must be given once, in its shape. */
int32_t propane_model_predict(void *model, const propane_array *inputs, int32_t input_count,
                              const propane_array *outputs, int32_t output_count,
                              propane_error *error);

/* Frees a model; the handle must not be used again. Null is left as it is. */
void propane_model_release(void *model);

#ifdef __cplusplus
}
#endif

#endif
