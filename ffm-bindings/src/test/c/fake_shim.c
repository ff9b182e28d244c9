/* The contract of propane_shim.h without Core ML behind it, for tests on any machine. A package is
   a folder; describe hands out the file fake.json in it, or else its manifest. A prediction is made by a function that the test registers. It proves marshalling,
   lifetimes and errors, and nothing of Core ML. */
#include "propane_shim.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct fake_model {
    char *path;
    char *json;
    char *function;
    int32_t units;
    int32_t predictions;
} fake_model;

typedef int32_t (*fake_predict)(const char *path, const char *function,
                                const propane_array *inputs, int32_t input_count,
                                const propane_array *outputs, int32_t output_count);

static fake_predict predict_function;
static propane_log log_function;
static void *log_user;
static int32_t open_models;

/* Registers what makes predictions. */
void fake_on_predict(fake_predict function) { predict_function = function; }

static char *plan_json;

/* Registers the plan of every function; null for none. */
void fake_on_plan(const char *json) {
    free(plan_json);
    plan_json = json ? strdup(json) : NULL;
}

static int64_t cache_bytes = PROPANE_CACHE_BYTES;
static int64_t cache_days = PROPANE_CACHE_DAYS;

/* Returns what the cache was told to keep. */
int64_t fake_cache_bytes(void) { return cache_bytes; }
int64_t fake_cache_days(void) { return cache_days; }

void propane_cache_bound(int64_t bytes, int64_t days) {
    cache_bytes = bytes;
    cache_days = days;
}

static int32_t slow_loads;
static int32_t late_calls;
static int64_t last_limit;

/* Makes the next loads time out; they run on until fake_end_late_calls. */
void fake_slow_loads(int32_t count) { slow_loads = count; }
void fake_end_late_calls(void) { late_calls = 0; }

/* Returns how long the last load might have taken, in milliseconds. */
int64_t fake_last_limit(void) { return last_limit; }

int32_t propane_late_calls(void) { return late_calls; }

static int32_t refuse_surfaces;

/* Says whether predictions refuse surfaces, as Core ML does some. */
void fake_refuse_surfaces(int32_t refuse) { refuse_surfaces = refuse; }

static int32_t failing_units = -1;
static int32_t failing_from;

/* Makes predictions fail, from some number on, counted by model, for models that were loaded for
   these processors; -1 for none. */
void fake_fail_on(int32_t units, int32_t from) {
    failing_units = units;
    failing_from = from;
}

/* Returns how many models are loaded. */
int32_t fake_open_models(void) { return open_models; }

static int32_t fail(propane_error *error, int32_t status, int64_t code, const char *text) {
    if (error) {
        error->status = status;
        error->code = code;
        error->domain = strdup("propane.fake");
        error->text = strdup(text);
    }
    return status;
}

int32_t propane_version(void) { return PROPANE_SHIM_VERSION; }

void propane_error_free(propane_error *error) {
    if (error) {
        free(error->domain);
        free(error->text);
        memset(error, 0, sizeof *error);
    }
}

void propane_string_free(char *string) { free(string); }

void propane_log_to(propane_log log, void *user) {
    log_function = log;
    log_user = user;
}

int32_t propane_devices(char **json, propane_error *error) {
    (void)error;
    *json = strdup("{\"devices\": [{\"kind\": \"cpu\", \"cores\": 1}], \"core_ml\": \"fake\"}");
    return PROPANE_OK;
}

int32_t propane_model_load(const char *path, const char *function, int32_t units,
                           int64_t timeout_ms, void **model, propane_error *error) {
    last_limit = timeout_ms;
    if (slow_loads > 0) {
        slow_loads--;
        late_calls++;
        return fail(error, PROPANE_TIMED_OUT, 9, "loading took too long; it still runs");
    }
    char name[4096];
    snprintf(name, sizeof name, "%s/fake.json", path);
    FILE *file = fopen(name, "rb");
    if (!file) {
        snprintf(name, sizeof name, "%s/Manifest.json", path);
        file = fopen(name, "rb");
    }
    if (!file) {
        return fail(error, PROPANE_NOT_FOUND, 2, "there is no fake.json in the package");
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    fake_model *made = calloc(1, sizeof *made);
    made->json = calloc(1, (size_t)size + 1);
    size_t got = fread(made->json, 1, (size_t)size, file);
    fclose(file);
    if (got != (size_t)size) {
        free(made->json);
        free(made);
        return fail(error, PROPANE_FAILED, 5, "cannot read fake.json");
    }
    made->path = strdup(path);
    made->function = strdup(function ? function : "");
    made->units = units;
    open_models++;
    if (log_function) {
        log_function(log_user, PROPANE_LOG_INFO, "loaded");
    }
    *model = made;
    return PROPANE_OK;
}

int32_t propane_model_describe(void *model, char **json, propane_error *error) {
    (void)error;
    *json = strdup(((fake_model *)model)->json);
    return PROPANE_OK;
}

typedef struct fake_surface {
    void *data;
    int64_t dims[PROPANE_MAX_RANK];
    int64_t strides[PROPANE_MAX_RANK];
    int64_t bytes;
    int32_t rank;
} fake_surface;

/* Of an array in a surface only the name is read: the rest is the surface's. */
static propane_array *resolved(const propane_array *arrays, int32_t count) {
    propane_array *made = calloc((size_t)count + 1, sizeof *made);
    for (int32_t i = 0; i < count; i++) {
        made[i] = arrays[i];
        fake_surface *surface = arrays[i].surface;
        if (surface) {
            made[i].data = surface->data;
            made[i].bytes = surface->bytes;
            made[i].dims = surface->dims;
            made[i].strides = surface->strides;
            made[i].rank = surface->rank;
            made[i].dtype = PROPANE_FLOAT16;
        }
    }
    return made;
}

static int32_t has_surface(const propane_array *arrays, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        if (arrays[i].surface) {
            return 1;
        }
    }
    return 0;
}

int32_t propane_model_predict(void *model, void *state, const propane_array *inputs,
                              int32_t input_count, const propane_array *outputs,
                              int32_t output_count, int32_t *copied, propane_error *error) {
    if (state) {
        return fail(error, PROPANE_UNSUPPORTED, 6, "the fake has no states");
    }
    if (copied) {
        memset(copied, 0, (size_t)output_count * sizeof *copied);
    }
    if (!predict_function) {
        return fail(error, PROPANE_UNSUPPORTED, 6, "nothing makes predictions");
    }
    if (refuse_surfaces && has_surface(outputs, output_count)) {
        return fail(error, PROPANE_FAILED, 0, "an output's surface is refused");
    }
    fake_model *chosen = model;
    if (chosen->units == failing_units && chosen->predictions++ >= failing_from) {
        return fail(error, PROPANE_FAILED, 11, "these processors do not predict");
    }
    propane_array *given = resolved(inputs, input_count);
    propane_array *wanted = resolved(outputs, output_count);
    int32_t status = predict_function(chosen->path, chosen->function, given, input_count, wanted,
                                      output_count);
    free(given);
    free(wanted);
    return status == PROPANE_OK ? status : fail(error, status, 7, "the prediction failed");
}

void propane_model_release(void *model) {
    if (model) {
        fake_model *made = model;
        free(made->path);
        free(made->json);
        free(made->function);
        free(made);
        open_models--;
    }
}

static int32_t unsupported(propane_error *error) {
    return fail(error, PROPANE_UNSUPPORTED, 6, "the fake does not do this");
}

int32_t propane_compile(const char *path, const char *cache, int64_t timeout_ms, char **compiled,
                        propane_error *error) {
    (void)cache, (void)timeout_ms;
    if (!plan_json) {
        return unsupported(error);
    }
    *compiled = strdup(path);
    return PROPANE_OK;
}

int32_t propane_plan(const char *compiled, const char *function, int32_t units,
                     int64_t timeout_ms, char **json, propane_error *error) {
    (void)compiled, (void)function, (void)units, (void)timeout_ms;
    if (!plan_json) {
        return unsupported(error);
    }
    *json = strdup(plan_json);
    return PROPANE_OK;
}

typedef struct fake_job {
    atomic_int owners; /* the thread and the handle */
    atomic_int cancelled;
    char *path;
    char *function;
    propane_array *inputs;
    propane_array *outputs;
    int32_t input_count;
    int32_t output_count;
    int64_t epochs;
    int64_t batches;
    char *written;
    propane_progress progress;
    propane_done done;
    void *user;
} fake_job;

static atomic_int open_jobs;
static pthread_mutex_t hold_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t hold_change = PTHREAD_COND_INITIALIZER;
static int held;

/* Holds jobs before they do anything, or lets them go on; a cancelled one goes on anyway. */
void fake_hold(int32_t hold) {
    pthread_mutex_lock(&hold_mutex);
    held = hold;
    pthread_cond_broadcast(&hold_change);
    pthread_mutex_unlock(&hold_mutex);
}

/* Returns how many jobs are running or not released. */
int32_t fake_open_jobs(void) { return open_jobs; }

static propane_array *copies(const propane_array *arrays, int32_t count) {
    propane_array *copied = calloc((size_t)count + 1, sizeof *copied);
    for (int32_t i = 0; i < count; i++) {
        size_t numbers = (size_t)arrays[i].rank * sizeof(int64_t);
        copied[i] = arrays[i];
        copied[i].name = strdup(arrays[i].name);
        copied[i].dims = memcpy(malloc(numbers + 1), arrays[i].dims, numbers);
        copied[i].strides = NULL;
    }
    return copied;
}

static void free_copies(propane_array *arrays, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        free((void *)arrays[i].name);
        free((void *)arrays[i].dims);
    }
    free(arrays);
}

static void disown(fake_job *job) {
    if (atomic_fetch_sub(&job->owners, 1) == 1) {
        free_copies(job->inputs, job->input_count);
        free_copies(job->outputs, job->output_count);
        free(job->path);
        free(job->function);
        free(job->written);
        free(job);
        open_jobs--;
    }
}

static int32_t updated(fake_job *job) {
    if (job->progress && job->progress(job->user, PROPANE_TRAINING_BEGIN, 0, -1, NAN)) {
        return PROPANE_CANCELLED;
    }
    for (int64_t epoch = 0; epoch < job->epochs; epoch++) {
        for (int64_t batch = 0; batch < job->batches; batch++) {
            double loss = 1.0 / (double)(1 + epoch * job->batches + batch);
            if (job->cancelled || (job->progress && job->progress(job->user, PROPANE_MINI_BATCH_END,
                                                                  epoch, batch, loss))) {
                return PROPANE_CANCELLED;
            }
        }
        if (job->progress && job->progress(job->user, PROPANE_EPOCH_END, epoch, -1, 0.5)) {
            return PROPANE_CANCELLED;
        }
    }
    FILE *file = fopen(job->written, "wb");
    if (!file) {
        return PROPANE_FAILED;
    }
    fputs("trained", file);
    fclose(file);
    return PROPANE_OK;
}

static void *work(void *argument) {
    fake_job *job = argument;
    pthread_mutex_lock(&hold_mutex);
    while (held && !job->cancelled) {
        pthread_cond_wait(&hold_change, &hold_mutex);
    }
    pthread_mutex_unlock(&hold_mutex);
    int32_t status = PROPANE_CANCELLED;
    if (!job->cancelled) {
        status = job->written ? updated(job)
                              : predict_function(job->path, job->function, job->inputs,
                                                 job->input_count, job->outputs, job->output_count);
    }
    propane_error error = {0};
    if (status != PROPANE_OK) {
        fail(&error, status, 7, status == PROPANE_CANCELLED ? "cancelled" : "the job failed");
    }
    job->done(job->user, status, status == PROPANE_OK ? NULL : &error);
    propane_error_free(&error);
    disown(job);
    return NULL;
}

static int32_t begin(fake_job *job, void **handle, propane_error *error) {
    pthread_t thread;
    job->owners = 2;
    open_jobs++;
    *handle = job;
    if (pthread_create(&thread, NULL, work, job)) {
        job->owners = 1;
        disown(job);
        return fail(error, PROPANE_FAILED, 8, "no thread");
    }
    pthread_detach(thread);
    return PROPANE_OK;
}

int32_t propane_model_predict_async(void *model, void *state, const propane_array *inputs,
                                    int32_t input_count, const propane_array *outputs,
                                    int32_t output_count, int32_t *copied, propane_done done,
                                    void *user, void **job, propane_error *error) {
    if (state) {
        return fail(error, PROPANE_UNSUPPORTED, 6, "the fake has no states");
    }
    if (!predict_function) {
        return fail(error, PROPANE_UNSUPPORTED, 6, "nothing makes predictions");
    }
    if (copied) {
        memset(copied, 0, (size_t)output_count * sizeof *copied);
    }
    fake_model *chosen = model;
    fake_job *made = calloc(1, sizeof *made);
    made->path = strdup(chosen->path);
    made->function = strdup(chosen->function);
    made->inputs = copies(inputs, input_count);
    made->input_count = input_count;
    made->outputs = copies(outputs, output_count);
    made->output_count = output_count;
    made->done = done;
    made->user = user;
    return begin(made, job, error);
}

static atomic_int open_surfaces;

/* Returns how many surfaces are not released. */
int32_t fake_open_surfaces(void) { return open_surfaces; }

int32_t propane_surface_create(const int64_t *dims, int32_t rank, void **surface,
                               propane_error *error) {
    if (rank < 1 || rank > PROPANE_MAX_RANK) {
        return fail(error, PROPANE_INVALID_ARGUMENT, 1, "a surface takes 1 to 8 dimensions");
    }
    fake_surface *made = calloc(1, sizeof *made);
    int64_t row = (dims[rank - 1] + 31) / 32 * 32;
    int64_t rows = 1;
    int64_t stride = row;
    made->rank = rank;
    memcpy(made->dims, dims, (size_t)rank * sizeof *dims);
    made->strides[rank - 1] = 1;
    for (int32_t i = rank - 2; i >= 0; i--) {
        made->strides[i] = stride;
        stride *= dims[i];
        rows *= dims[i];
    }
    made->bytes = ((rows - 1) * row + dims[rank - 1]) * 2;
    made->data = calloc((size_t)(rows * row), 2);
    *surface = made;
    open_surfaces++;
    return PROPANE_OK;
}

int32_t propane_surface_memory(void *surface, void **data, int64_t *bytes, int64_t *strides,
                               int32_t *shared, propane_error *error) {
    (void)error;
    fake_surface *made = surface;
    *data = made->data;
    *bytes = made->bytes;
    *shared = 0;
    memcpy(strides, made->strides, (size_t)made->rank * sizeof *strides);
    return PROPANE_OK;
}

void propane_surface_release(void *surface) {
    if (surface) {
        free(((fake_surface *)surface)->data);
        free(surface);
        open_surfaces--;
    }
}

int32_t propane_state_create(void *model, void **state, propane_error *error) {
    (void)model, (void)state;
    return unsupported(error);
}

int32_t propane_state_read(void *state, const propane_array *into, propane_error *error) {
    (void)state, (void)into;
    return unsupported(error);
}

int32_t propane_state_write(void *state, const propane_array *from, propane_error *error) {
    (void)state, (void)from;
    return unsupported(error);
}

void propane_state_release(void *state) { (void)state; }

static int64_t number(const char *parameters, const char *name, int64_t otherwise) {
    const char *found = parameters ? strstr(parameters, name) : NULL;
    return found ? strtoll(found + strlen(name), NULL, 10) : otherwise;
}

int32_t propane_update(const char *compiled, int32_t units, const char *parameters,
                       const propane_array *features, int32_t feature_count, int64_t samples,
                       const char *written, propane_progress progress, propane_done done,
                       void *user, void **job, propane_error *error) {
    (void)units;
    for (int32_t i = 0; i < feature_count; i++) {
        if (features[i].rank < 1 || features[i].dims[0] != samples) {
            return fail(error, PROPANE_INVALID_ARGUMENT, 1, "a feature has not as many samples");
        }
    }
    fake_job *made = calloc(1, sizeof *made);
    made->path = strdup(compiled);
    made->inputs = copies(features, feature_count);
    made->input_count = feature_count;
    made->epochs = number(parameters, "\"epochs\":", 1);
    made->batches = samples / number(parameters, "\"mini_batch_size\":", samples);
    made->written = strdup(written);
    made->progress = progress;
    made->done = done;
    made->user = user;
    return begin(made, job, error);
}

void propane_job_cancel(void *job) {
    pthread_mutex_lock(&hold_mutex);
    ((fake_job *)job)->cancelled = 1;
    pthread_cond_broadcast(&hold_change);
    pthread_mutex_unlock(&hold_mutex);
}

void propane_job_release(void *job) {
    if (job) {
        disown(job);
    }
}
