"""Reads the network of Tesseract's language data, and writes it with other weights.

Format: little-endian; see crates/tesseract-lstm/README.md. Only networks of one convolution, one LSTM down the columns,
LSTMs along the line and a softmax, with weights of 8 bits, can be read: those of Debian's tesseract-ocr-* packages.
"""
import struct
from dataclasses import dataclass

import numpy as np

LSTM, UNICHARSET, RECODER = 17, 21, 22
INT8 = 1
GROUPS = ("Series", "Parallel", "Replicated", "ParBidiLSTM", "DepParUDLSTM", "Par2dLSTM", "RTLReversed", "TTBReversed",
          "XYTranspose")


@dataclass
class Matrix:
    """Weights of `rows` outputs; the last column is the bias. `at` and `scales_at` say where they stand in the file."""
    weights: np.ndarray
    at: int
    scales_at: int


class Reader:
    def __init__(self, data, at):
        self.data, self.at = data, at

    def number(self, kind):
        value = struct.unpack_from("<" + kind, self.data, self.at)[0]
        self.at += struct.calcsize("<" + kind)
        return value

    def text(self):
        length = self.number("I")
        self.at += length
        return self.data[self.at - length:self.at].decode()


def components(data):
    """Returns the first and the last byte of each component, None where one is missing."""
    count = struct.unpack_from("<I", data)[0]
    starts = struct.unpack_from(f"<{count}q", data, 4)
    end = lambda start: min([other for other in starts if other > start], default=len(data))
    return [(start, end(start)) if start >= 0 else None for start in starts]


def read_matrix(reader):
    if not reader.number("B") & INT8:
        raise ValueError("only networks with weights of 8 bits can be read")
    rows, columns = reader.number("I"), reader.number("I")
    reader.at += 1
    at = reader.at
    whole = np.frombuffer(reader.data, np.int8, rows * columns, at).reshape(rows, columns)
    reader.at += rows * columns
    count = reader.number("I")
    scales_at = reader.at
    scales = np.frombuffer(reader.data, np.float64, count, scales_at)[:rows]
    reader.at += 8 * count
    return Matrix(whole * scales[:, None], at, scales_at)


def read_layer(reader, layers):
    reader.number("b")
    kind = reader.text()
    reader.at += 2
    flags = reader.number("i")
    reader.at += 12
    reader.text()
    if kind == "Input":
        reader.at += 20
    elif kind in ("Convolve", "Maxpool", "Reconfig"):
        reader.at += 8
    elif kind in GROUPS:
        for _ in range(reader.number("I")):
            read_layer(reader, layers)
        if flags & 64:
            rates = reader.number("I")
            reader.at += 4 * rates
    elif kind in ("LSTM", "SummLSTM"):
        reader.at += 4
        layers.append([read_matrix(reader) for _ in range(4)])
    else:
        layers.append([read_matrix(reader)])


def read(path):
    """Returns the matrices of each layer, the characters by id, and their codes."""
    data = open(path, "rb").read()
    where = components(data)
    layers = []
    read_layer(Reader(data, where[LSTM][0]), layers)
    lines = data[slice(*where[UNICHARSET])].decode().split("\n")[1:]
    characters = [line.split(" ")[0] for line in lines if line]
    characters[0] = " "
    reader = Reader(data, where[RECODER][0])
    codes = []
    for _ in range(reader.number("I")):
        reader.at += 1
        codes.append([reader.number("i") for _ in range(reader.number("i"))])
    return layers, characters, codes


def write(path, layers, to):
    """Writes what is read from `path` with other weights, without dictionaries."""
    data = bytearray(open(path, "rb").read())
    for old, new in zip(read(path)[0], layers):
        for matrix, weights in zip(old, new):
            scales = np.maximum(np.abs(weights).max(1) / 127, 1e-9)
            whole = np.clip(np.round(weights / scales[:, None]), -127, 127).astype(np.int8)
            data[matrix.at:matrix.at + whole.size] = whole.tobytes()
            data[matrix.scales_at:matrix.scales_at + 8 * len(scales)] = scales.astype(np.float64).tobytes()
    where = components(data)
    starts, body = [], b""
    for number, place in enumerate(where):
        is_kept = place and number in (LSTM, UNICHARSET, RECODER)
        starts.append(4 + 8 * len(where) + len(body) if is_kept else -1)
        body += bytes(data[slice(*place)]) if is_kept else b""
    open(to, "wb").write(struct.pack(f"<I{len(where)}q", len(where), *starts) + body)
