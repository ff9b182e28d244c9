/* A C target needs a source; everything is in the header. */
#include "standin.h"
