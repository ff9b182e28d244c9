"""Writes small programs of coremltools with what they are given and must give.

usage: python .ci/foreign.d FOLDER [--all] [--only NAME]
"""

import importlib
import os
import sys
import traceback

KINDS = ["simple", "windows", "known", "models"]


def main(arguments):
    folder, whole, only = arguments[0], "--all" in arguments, ""
    if "--only" in arguments:
        only = arguments[arguments.index("--only") + 1]
    number = broken = 0
    for kind in KINDS:
        for case in importlib.import_module(kind).cases():
            if only not in case.name:
                continue
            targets = case.targets()
            # In the short form each program has one target, another for the next one.
            for target in targets if whole else [targets[number % len(targets)]]:
                try:
                    case.write(os.path.join(folder, f"{number:04}-{target}"), target)
                except Exception as e:
                    broken += 1
                    print(f"not made: {case.name}, iOS {target}: {type(e).__name__}: {str(e)[:200]}")
                    if only:
                        traceback.print_exc()
            number += 1
    print(f"foreign: {number} programs, {broken} could not be made")
    sys.exit(broken > 0)


main(sys.argv[1:])
