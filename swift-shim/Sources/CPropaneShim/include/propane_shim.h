/* The one contract between Propane's Java side and Core ML. The Swift package implements it; Java
   calls it through bindings generated from this file.

   Fixed-width types only. Handles are opaque pointers. Every function that can fail returns a
   status and fills in an error, if one is given; the caller frees its texts. Strings are UTF-8 and
   end with a zero. No function keeps a pointer it was given beyond the call, unless it says so.
   A model may be used by several threads; its calls are carried out one after the other. Callbacks
   come on any thread and must not throw. Handles may be released while a job uses them: the job
   holds on to what it needs. */
#ifndef PROPANE_SHIM_H
#define PROPANE_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this contract; raised with every change. */
#define PROPANE_SHIM_VERSION 3

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
#define PROPANE_FLOAT64 65600
#define PROPANE_FLOAT32 65568
#define PROPANE_FLOAT16 65552
#define PROPANE_INT32 131104

/* How grave a line of the log is. */
#define PROPANE_LOG_DEBUG 0
#define PROPANE_LOG_INFO 1
#define PROPANE_LOG_WARNING 2
#define PROPANE_LOG_ERROR 3

/* What an update tells of; the values are Core ML's own. */
#define PROPANE_TRAINING_BEGIN 1
#define PROPANE_EPOCH_END 2
#define PROPANE_MINI_BATCH_END 4

/* What the cache of compiled models keeps where nobody says otherwise: 8 GB, 30 days. */
#define PROPANE_CACHE_BYTES 8000000000
#define PROPANE_CACHE_DAYS 30

/* The highest rank of an array. */
#define PROPANE_MAX_RANK 8

/* What went wrong. Domain and text are null where nothing did; freed by propane_error_free. */
typedef struct propane_error {
    int32_t status;
    int32_t reserved;
    int64_t code;
    char *domain;
    char *text;
} propane_error;

/* A named array: in the caller's memory, or in a surface. Strides count elements, not bytes; null
   where the elements follow each other. surface: null, or a handle of propane_surface_create; then
   only the name is read besides. */
typedef struct propane_array {
    const char *name;
    void *data;
    int64_t bytes;
    const int64_t *dims;
    const int64_t *strides;
    int32_t rank;
    int32_t dtype;
    void *surface;
} propane_array;

/* Hears a line of the log, on any thread. The text lives until it returns. */
typedef void (*propane_log)(void *user, int32_t level, const char *text);

/* Hears the end of a job, once, on any thread. The error lives until it returns and is not to be
   freed; its status is that of the call. */
typedef void (*propane_done)(void *user, int32_t status, const propane_error *error);

/* Hears how an update goes, on any thread, before the job's end. batch is -1 but at the end of a
   mini-batch, loss is not a number where Core ML tells none. Anything but 0 cancels the update. */
typedef int32_t (*propane_progress)(void *user, int32_t event, int64_t epoch, int64_t batch,
                                    double loss);

/* Returns the version of the contract that the library was built for. */
int32_t propane_version(void);

/* Frees the texts of an error and clears it; one that holds none is left as it is. */
void propane_error_free(propane_error *error);

/* Frees a string that one of these functions handed out. */
void propane_string_free(char *string);

/* Sends the log to a function until another takes its place; null ends it. The function and user
   are kept until then; a line that is being told at that moment may still end afterwards. */
void propane_log_to(propane_log log, void *user);

/* Hands out what the machine has, as JSON: {"devices": [{"kind": "neural_engine", "cores": 16},
   {"kind": "gpu", "name": "..."}, {"kind": "cpu", "cores": 8}], "memory": bytes,
   "thermal": "nominal", "system": "...", "core_ml": "apple"}. thermal: nominal, fair, serious,
   critical or unknown. core_ml: apple, or stand-in where it is none of Apple's. */
int32_t propane_devices(char **json, propane_error *error);

/* Compiles a .mlpackage or .mlmodel and hands out the path of the .mlmodelc. cache: the folder that
   compiled models are kept in, named by the hash of their contents and of the system's version, or
   null for the user's cache folder; one that is there already is not compiled again. timeout_ms:
   how long it may take; 0: no limit. What went on beyond it still ends up in the cache. The model is
   not deleted from there as long as the process runs. */
int32_t propane_compile(const char *path, const char *cache, int64_t timeout_ms, char **compiled,
                        propane_error *error);

/* Says how much the cache of compiled models keeps, in this process: when a model is added to it,
   those go that nobody has used for so many days, then the longest unused until the others take no
   more than so many bytes; 0: no such limit. A model that any process has loaded or was told the
   path of, or has used within the last hour, stays whatever the limits. */
void propane_cache_bound(int64_t bytes, int64_t days);

/* Returns how many calls still run that ended with PROPANE_TIMED_OUT: Core ML cannot be stopped, and
   what runs on takes time from other calls. What they make is released when it comes. */
int32_t propane_late_calls(void);

/* Hands out where Core ML would run each operation of a compiled function, as JSON:
   {"function": "...", "operations": [{"operator": "...", "outputs": ["..."], "supported": ["cpu",
   "neural_engine"], "preferred": "cpu", "cost": 0.1}, ...]}. Operations of nested blocks follow
   theirs; preferred and cost are left out where Core ML says nothing (constants). Only .mlmodelc:
   of a package Core ML tells no devices. function: its name, or null for the default one. */
int32_t propane_plan(const char *compiled, const char *function, int32_t units,
                     int64_t timeout_ms, char **json, propane_error *error);

/* Loads one function of a .mlmodelc; of a package too, which is compiled into the user's cache
   folder where it is not there. function: its name, or null for the default one. timeout_ms: how
   long it may take; 0: no limit. The handle lives until propane_model_release. */
int32_t propane_model_load(const char *path, const char *function, int32_t units,
                           int64_t timeout_ms, void **model, propane_error *error);

/* Hands out what a model takes and gives as JSON:
   {"function": "...", "functions": ["..."], "updatable": false, "inputs": [{"name", "dtype",
   "shape", "optional"}, ...], "outputs": [...], "states": [...], "metadata": {...}}. A feature that
   is no array has "type" in place of dtype and shape. */
int32_t propane_model_describe(void *model, char **json, propane_error *error);

/* Predicts once: reads the inputs, writes the outputs where they were asked for. Every input of
   the model that is not optional must be given once, and every wanted output, in its shape and
   element type. state: null, or a handle of propane_state_create. copied: null, or a place for
   output_count numbers: 1 where Core ML did not write in place and the shim copied, else 0. */
int32_t propane_model_predict(void *model, void *state, const propane_array *inputs,
                              int32_t input_count, const propane_array *outputs,
                              int32_t output_count, int32_t *copied, propane_error *error);

/* Begins a prediction; done hears its end, exactly once, unless this call fails. The memory of
   the arrays and copied must live until then; the lists, names, dims and strides need not. The job
   must be released. A job that is cancelled ends with PROPANE_CANCELLED or, where it was too late,
   as it would have; what its outputs hold after a cancel is undefined. */
int32_t propane_model_predict_async(void *model, void *state, const propane_array *inputs,
                                    int32_t input_count, const propane_array *outputs,
                                    int32_t output_count, int32_t *copied, propane_done done,
                                    void *user, void **job, propane_error *error);

/* Frees a model; the handle must not be used again. Null is left as it is. */
void propane_model_release(void *model);

/* Makes an array of float16 that the Neural Engine can share: a pixel buffer over an IOSurface,
   one row per last axis. It starts as zeros. The handle lives until propane_surface_release. */
int32_t propane_surface_create(const int64_t *dims, int32_t rank, void **surface,
                               propane_error *error);

/* Tells where the elements of a surface lie: the first one's address, which stays; the bytes to
   the end of the last row; rank strides in elements; whether it is an IOSurface (1) or plain memory
   (0). The memory must not be touched while a prediction uses the surface. */
int32_t propane_surface_memory(void *surface, void **data, int64_t *bytes, int64_t *strides,
                               int32_t *shared, propane_error *error);

/* Frees a surface; the handle and its memory must not be used again. Null is left as it is. */
void propane_surface_release(void *surface);

/* Makes the state of a model: zeros. The handle lives until propane_state_release. */
int32_t propane_state_create(void *model, void **state, propane_error *error);

/* Copies the named state into an array of its shape and element type. */
int32_t propane_state_read(void *state, const propane_array *into, propane_error *error);

/* Copies an array of its shape and element type into the named state. */
int32_t propane_state_write(void *state, const propane_array *from, propane_error *error);

/* Frees a state; the handle must not be used again. Null is left as it is. */
void propane_state_release(void *state);

/* Begins to train an updatable .mlmodelc; done hears its end, exactly once, unless this call fails.
   features: every training input with one more axis in front, of length samples. parameters: JSON
   of Core ML's own, each optional: {"epochs": 1, "learning_rate": 0.1, "mini_batch_size": 8,
   "momentum": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "shuffle": true, "seed": 1}, or null.
   written: where the trained .mlmodelc goes; replaced if there. The memory of the arrays must live
   until the end. progress may be null. The job must be released. */
int32_t propane_update(const char *compiled, int32_t units, const char *parameters,
                       const propane_array *features, int32_t feature_count, int64_t samples,
                       const char *written, propane_progress progress, propane_done done,
                       void *user, void **job, propane_error *error);

/* Asks a job to end early; one that has ended is left as it is. */
void propane_job_cancel(void *job);

/* Frees the handle of a job, running or not; does not end it. Null is left as it is. */
void propane_job_release(void *job);

#ifdef __cplusplus
}
#endif

#endif
