"""Clips of real size from files to probabilities: two versions of the program in turns, on the clock and by processor time.

    python benches/real_size.py --before PROGRAM --now PROGRAM --model MODEL --clip NAME FOLDER FPS [--clip …] [--results docs/results]

A program is `microexpr` as `cargo build` leaves it; both are given the same model. A process's first clip, and the shortest of a process's
twelve, which no longer pay for fresh memory and cold code, are what `classify` prints; processor time is that of the process of twelve over
twelve. Medians of --rounds rounds in turns. The last lines tell what of the answers differs.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess

import result_files

CLIPS_OF_A_PROCESS = 12


def classified(program, model, folder, fps, repeat):
    """What `classify` prints, its processor time in ms and its peak memory in MB."""
    command = [program, "classify", "--model", model, "--input", folder, "--fps", fps, "--repeat", str(repeat)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: failed")
    return text, 1e3 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


def clock_ms(text):
    return float(re.search(r"time: (\d+) ms", text)[1])


def answer(text):
    shares = [float(value) for value in re.findall(r"^ +\S+ +([\d.]+)$", text, re.MULTILINE)]
    return re.search("class: (.*)", text)[1], shares, re.search("kept frames: (.*)", text)[1]


def measure(programs, model, clip, rounds):
    name, folder, fps = clip
    runs = {"first": ([], []), "later": ([], []), "processor": ([], []), "peak": ([], [])}
    answers = [None, None]
    for _ in range(rounds):
        for side, program in enumerate(programs):
            text, _, peak = classified(program, model, folder, fps, 1)
            runs["first"][side].append(clock_ms(text))
            runs["peak"][side].append(peak)
            answers[side] = answer(text)
            text, processor, _ = classified(program, model, folder, fps, CLIPS_OF_A_PROCESS)
            runs["later"][side].append(clock_ms(text))
            runs["processor"][side].append(processor / CLIPS_OF_A_PROCESS)
    middle = {what: [statistics.median(values) for values in sides] for what, sides in runs.items()}
    print(name, middle, flush=True)
    return middle, answers


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--before", required=True, help="program of the version before")
    parser.add_argument("--now", required=True, help="program of this version")
    parser.add_argument("--model", required=True, help="written by `train`, of either version")
    parser.add_argument("--clip", nargs=3, action="append", required=True, metavar=("NAME", "FOLDER", "FPS"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=pathlib.Path, help="folder for the table as a file")
    options = parser.parse_args()
    rows, differ = [], []
    for clip in options.clip:
        middle, ((before, old, kept_before), (now, new, kept)) = measure(
            (options.before, options.now), options.model, clip, options.rounds
        )
        differ.append((before != now, max(abs(a - b) for a, b in zip(old, new)), kept_before != kept))
        for what, label in (("processor", "processor time of a clip, ms"), ("first", "a process's first clip, ms"),
                            ("later", "later clips, ms"), ("peak", "peak memory of one clip, MB")):  # fmt: skip
            before_value, value = middle[what]
            rows.append([f"{clip[0]}: {label}", f"{before_value:.0f}", f"{value:.0f}", f"{value / before_value:.2f}"])
    if options.results:
        command = "python benches/real_size.py --before PROGRAM --now PROGRAM --model MODEL --clip NAME FOLDER FPS … --results docs/results"
        result_files.write(options.results, "real_size_times", command, ["clip of real size", "before", "now", "ratio"], rows)
    classes, largest, kept = zip(*differ)
    print(f"of {len(differ)} clips {sum(classes)} change class and {sum(kept)} their kept frames; probabilities by at most {max(largest):.4f}")


if __name__ == "__main__":
    main()
