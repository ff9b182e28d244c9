#!/usr/bin/env bash
# Makes the bindings again with an installed jextract, and the lock with them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dnnl=${1:?name the folder that holds oneapi/dnnl/dnnl.h}
out=$here/../src/main/generated-java
rm -rf "$out/propane/ffm/raw/dnnl"
jextract -I "$dnnl" --output "$out" -t propane.ffm.raw.dnnl \
    --header-class-name Dnnl --symbols-class-name DnnlRuntime \
    "@$here/dnnl.includes" "$here/dnnl_bindings.h"
rm -rf "$out/propane/ffm/raw/shim"
jextract --output "$out" -t propane.ffm.raw.shim \
    --header-class-name PropaneShim --symbols-class-name PropaneShimRuntime \
    "@$here/shim.includes" "$here/../../swift-shim/Sources/CPropaneShim/include/propane_shim.h"
"$here/lock.sh"
