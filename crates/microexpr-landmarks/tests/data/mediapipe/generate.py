"""MediaPipe's points on the faces beside this file, each picture taken as the crop: writes expected.json.

    pip install mediapipe==0.10.21
    python generate.py

MediaPipe's own graph for the landmarks of one region of interest runs with the attention mesh; the region is the whole picture, and the
picture has the size of the network's input, so that nothing is resampled. Coordinates are those of the graph: x and y as shares of the
picture, z in the same unit; rounded to 1e-7.
"""
import json
import pathlib

import mediapipe as mp
import numpy as np
from PIL import Image
from mediapipe.framework.formats import rect_pb2
from mediapipe.python import packet_creator, packet_getter
from mediapipe.python._framework_bindings import calculator_graph, resource_util

HERE = pathlib.Path(__file__).parent
GRAPH = """
input_stream: "image"
input_stream: "roi"
input_side_packet: "with_attention"
output_stream: "landmarks"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""


def points(pixels):
    graph = calculator_graph.CalculatorGraph(graph_config=GRAPH)
    found = []
    graph.observe_output_stream("landmarks", lambda _, packet: found.append(packet_getter.get_proto(packet)))
    graph.start_run(input_side_packets={"with_attention": packet_creator.create_bool(True)})
    roi = rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1, rotation=0)
    image = packet_creator.create_image_frame(image_format=mp.ImageFormat.SRGB, data=pixels)
    graph.add_packet_to_input_stream("image", image.at(0))
    graph.add_packet_to_input_stream("roi", packet_creator.create_proto(roi).at(0))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return [[round(v, 7) for v in (p.x, p.y, p.z)] for p in found[0].landmark]


resource_util.set_resource_dir(str(pathlib.Path(mp.__file__).parent.parent))
faces = {
    path.name: points(np.ascontiguousarray(Image.open(path).convert("RGB"))) for path in sorted(HERE.glob("face*.png"))
}
(HERE / "expected.json").write_text(json.dumps({"mediapipe": mp.__version__, "faces": faces}))
print({name: len(found) for name, found in faces.items()})
