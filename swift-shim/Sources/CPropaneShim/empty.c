/* A C target needs a source; the contract is all in the header. */
#include "propane_shim.h"
