"""Golden values of STSTNet (three streams as the paper draws them), written by PyTorch 2.15.0: python generate.py"""

import json
from pathlib import Path

import torch

torch.manual_seed(3)
streams = [torch.nn.Conv2d(3, filters, 3, padding=1) for filters in (3, 5, 8)]
classifier = torch.nn.Linear(400, 3)
maps = (torch.rand(2, 3, 28, 28) * 255).round() / 255 - 0.5


def rounded(tensor):
    return [round(value, 5) for value in tensor.flatten().tolist()]


with torch.no_grad():
    for parameter in [p for layer in [*streams, classifier] for p in layer.parameters()] + [maps]:
        parameter.copy_(torch.tensor(rounded(parameter)).reshape(parameter.shape))
    pooled = [torch.nn.functional.max_pool2d(torch.relu(conv(maps)), 3, 3, 1) for conv in streams]
    joined = torch.nn.functional.avg_pool2d(torch.cat(pooled, 1), 2, 2)
    scores = classifier(joined.flatten(1))

golden = {
    "conv.weight": rounded(torch.cat([conv.weight for conv in streams])),
    "conv.bias": rounded(torch.cat([conv.bias for conv in streams])),
    "fc.weight": rounded(classifier.weight),
    "fc.bias": rounded(classifier.bias),
    "maps": rounded(maps),
    "scores": scores.flatten().tolist(),
}
Path(__file__).with_name("ststnet.json").write_text(json.dumps(golden))
