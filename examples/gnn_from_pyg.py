"""Trains the network that `gnn_from_pyg.rs` uses: two GCN layers on Zachary's karate club, in PyTorch Geometric.

    pip install torch torch_geometric safetensors     (made with torch 2.15.0, torch_geometric 2.8.1, safetensors 0.8.0)
    python gnn_from_pyg.py

Writes `karate/gcn.safetensors`, the state dict, and `karate/scores.json`, what the network gives in Python.
"""

import json

import torch
from safetensors.torch import save_file
from torch_geometric.datasets import KarateClub
from torch_geometric.nn import GCNConv

OFFICERS = {9, 14, 15, 18, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33}


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = GCNConv(34, 8), GCNConv(8, 2)

    def forward(self, x, edges):
        return self.conv2(self.conv1(x, edges).relu(), edges)


torch.manual_seed(1)
edges, x = KarateClub()[0].edge_index, torch.eye(34)
sides = torch.tensor([int(member in OFFICERS) for member in range(34)])
known = torch.tensor([0, 33])
network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
for _ in range(100):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(network(x, edges)[known], sides[known]).backward()
    optimizer.step()
scores = network(x, edges)
print(f"{int((scores.argmax(1) == sides).sum())} of 34 members")
save_file(network.state_dict(), "karate/gcn.safetensors")
json.dump(scores.tolist(), open("karate/scores.json", "w"))
