/* What the bindings of oneDNN are generated from: its C interface, the two functions of the OpenMP
   runtime beside it that steer the number of threads, and the one of the C library that sets what
   the runtime reads when it is loaded. */
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

int omp_get_max_threads(void);
void omp_set_num_threads(int threads);

int setenv(const char *name, const char *value, int overwrite);
