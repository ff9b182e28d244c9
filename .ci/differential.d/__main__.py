"""Computes cases that Propane ran once more with PyTorch in float64, and compares.

usage: python differential.d FOLDER   exit code 0 if all agree, 1 if one does not
"""

import multiprocessing
import sys
from collections import Counter
from pathlib import Path

import torch
from compare import judged

# The share of cases that may be unstable.
MOST_UNSTABLE = 0.03


def main():
    folder = Path(sys.argv[1])
    seeds = sorted(int(path.stem) for path in folder.glob("*.json"))
    verdicts = Counter()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for seed, verdict, lines in pool.imap(judged, [(folder, seed) for seed in seeds]):
            verdicts[verdict] += 1
            if verdict in ("differ", "error"):
                print(f"seed {seed}: {verdict}")
                for line in lines:
                    print("    " + line.replace("\n", "\n    "))
    cases = sum(verdicts.values())
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
    print(f"PyTorch {torch.__version__}, {cases} cases: {told}")
    is_good = not verdicts["differ"] and not verdicts["error"]
    if verdicts["unstable"] > MOST_UNSTABLE * max(cases, 100):
        print(f"unstable: {verdicts['unstable']} of {cases} are more than {MOST_UNSTABLE:.0%}")
        is_good = False
    sys.exit(0 if is_good and cases else 1)


if __name__ == "__main__":
    main()
