"""Writes map.bin with Google's own writer.

    pip install flatbuffers==25.12.19
    python generate.py
"""
import pathlib

from flatbuffers import flexbuffers

builder = flexbuffers.Builder()
with builder.Map():
    builder.Key("a")
    builder.Int(7)
    builder.Key("ab")
    builder.TypedVectorFromElements([1, 300])
    builder.Key("x")
    builder.Float(1.5)
pathlib.Path(__file__).with_name("map.bin").write_bytes(bytes(builder.Finish()))
