#!/usr/bin/env bash
# Writes the SHA-256 of the bindings' sources and output to bindings.lock.
set -euo pipefail
cd "$(dirname "$0")/.."
find jextract src/main/generated-java ../swift-shim/Sources/CPropaneShim/include -type f \( -name '*.h' -o -name '*.includes' -o -name '*.java' \) -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum >jextract/bindings.lock
