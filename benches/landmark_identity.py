"""What the nodes of a clip must say about themselves for their motion to be recognised, whatever network reads them.

    cargo build --release --examples
    graph --input CLIP --fps 100 --no-cache --out GRAPHS/CLIP.json        # for every clip of a set
    python benches/landmark_identity.py NAME=GRAPHS ... [--results docs/results]

A clip is the motion of its 51 landmarks as the pipeline measures it (`graph` with its default preset: without the trend over the face,
mean over the frames between the first and the last). Either every landmark is a column of its own, or the clip is a bag of 51 nodes that
cannot be told apart but by what they carry, as for a network that treats all nodes alike and takes their mean: kernel ridge regression
on the bags' mean embeddings (A. Smola et al., "A Hilbert Space Embedding for Distributions", ALT 2007; Gaussian kernel of width 1,
motion in units of its root mean square over all clips, or over the clip), one subject left out at a time. Files are named
SUBJECT_CLASS_NUMBER.json, CLASS being ne, po or sur. Needs numpy.
"""
import argparse, json, pathlib
import numpy as np
import result_files
from true_motion import leave_one_subject_out, name_and_path, squared_distances, uf1

CLASSES = ["ne", "po", "sur"]      # as SMIC names them
PLACE = 3          # how many times the root mean square of the motion the face's extent counts in a caricature
MIDLINE = .03      # nearer to the midline than this share of the face's half width a landmark has no side


def measured(folder):
    """Motion [clip, landmark, axis], mean place of the landmarks, class and subject of every clip."""
    motion, places, classes, subjects = [], [], [], []
    for file in sorted(folder.glob("*.json")):
        subject, of_class, _ = file.stem.split("_")
        graph = json.loads(file.read_text())["graph"]
        by_frame = lambda rows: np.reshape(np.asarray(rows, float), (len(graph["kept_frames"]), -1, 2))
        motion.append(by_frame(graph["position"]["nodes"]).mean(0))
        places.append(by_frame(graph["positions_px"])[0])
        classes.append(CLASSES.index(of_class))
        subjects.append(subject)
    place = np.mean(places, 0) - np.mean(places, (0, 1))
    return np.array(motion), place / place.std(), np.array(classes), np.array(subjects)


def outward(motion, place):
    """Motion away from the face's midline and from its middle height."""
    side = np.where(abs(place[:, 0]) > MIDLINE * abs(place[:, 0]).max(), np.sign(place[:, 0]), 0)
    return motion * np.stack([side, np.sign(place[:, 1])], 1)


def bags(nodes):
    """Rows whose distances are those of the clips' mean embeddings."""
    clips, landmarks, values = nodes.shape
    among = np.exp(-squared_distances(*[nodes.reshape(-1, values)] * 2) / 2)
    kernel = among.reshape(clips, landmarks, clips, landmarks).mean((1, 3))
    eigenvalues, eigenvectors = np.linalg.eigh(kernel)
    return eigenvectors * np.sqrt(np.maximum(eigenvalues, 0))


def nodes_that_say(motion, place):
    return {
        "which landmark they are, and where they went: a column per landmark": motion.reshape(len(motion), -1),
        "where they went": bags(motion),
        "where they went, seen from the middle of the face outward": bags(outward(motion, place)),
        "a caricature: their place plus many times their motion, two values": bags(motion + PLACE * place),
        "their place, and where they went: four values": bags(np.concatenate([motion, np.broadcast_to(place, motion.shape)], 2)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graphs", nargs="+", help="folder of graphs, NAME= before it")
    parser.add_argument("--results", help="folder for landmark_identity.tsv")
    options = parser.parse_args()
    columns, table = [], {}
    for name, folder in map(name_and_path, options.graphs):
        motion, place, classes, subjects = measured(folder)
        units = {"as measured": (motion**2).mean(), "pattern alone": (motion**2).mean((1, 2), keepdims=True)}
        for unit, mean_square in units.items():
            columns.append(f"{name}, {unit}")
            for says, rows in nodes_that_say(motion / np.sqrt(mean_square), place).items():
                found = uf1(classes, leave_one_subject_out(rows, classes, subjects))
                table.setdefault(says, []).append(result_files.decimals(found))
    rows = [[says, *figures] for says, figures in table.items()]
    print(*("\t".join(row) for row in [["the nodes say", *columns], *rows]), sep="\n")
    if options.results:
        command = "python benches/landmark_identity.py NAME=GRAPHS ... --results docs/results"
        result_files.write(options.results, "landmark_identity", command, ["the nodes say, UF1", *columns], rows)


if __name__ == "__main__":
    main()
