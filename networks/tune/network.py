"""The network of language data in PyTorch, without the rounding to 8 bits between its layers."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional

import traineddata

POOL = 3
# The file's gates are cell input, input, forget, output; PyTorch's input, forget, cell input, output.
TO_TORCH = [1, 2, 0, 3]
TO_FILE = [2, 0, 1, 3]


def lstm(matrices):
    units, columns = matrices[0].weights.shape
    inputs = columns - 1 - units
    layer = nn.LSTM(inputs, units)
    weights = torch.tensor(np.concatenate([matrices[gate].weights for gate in TO_TORCH]), dtype=torch.float32)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(weights[:, :inputs])
        layer.weight_hh_l0.copy_(weights[:, inputs:-1])
        layer.bias_ih_l0.copy_(weights[:, -1])
        layer.bias_hh_l0.zero_()
    layer.bias_hh_l0.requires_grad = False
    return layer


class Network(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.path = path
        layers, characters, codes = traineddata.read(path)
        parameter = lambda values: nn.Parameter(torch.tensor(values, dtype=torch.float32))
        (convolution,), down, first, back, last, (output,) = layers
        kernel = convolution.weights[:, :-1].reshape(-1, 3, 3).transpose(0, 2, 1)[:, None]
        self.kernel, self.kernel_bias = parameter(kernel.copy()), parameter(convolution.weights[:, -1].copy())
        self.down, self.first, self.back, self.last = map(lstm, (down, first, back, last))
        self.output, self.output_bias = parameter(output.weights[:, :-1].copy()), parameter(output.weights[:, -1].copy())
        self.blank = len(output.weights) - 1
        self.code_of, self.character_of = {}, {}
        for character, (code, *_) in zip(characters, codes):
            if code != self.blank:
                self.code_of.setdefault(character, code)
                self.character_of[code] = character

    def forward(self, pictures, widths):
        """Pictures: lines x 36 x width, -1 black to 1 white; widths in px. Returns logarithms of probabilities,
        steps x lines x codes, and the steps of each line."""
        lines, height, width = pictures.shape
        # Around the picture the network has learned to see noise.
        padded = torch.rand(lines, 1, height + 2, width + 2) * 2 - 1
        padded[:, 0, 1:-1, 1:-1] = pictures
        pooled = functional.max_pool2d(functional.conv2d(padded, self.kernel, self.kernel_bias), POOL).tanh()
        _, features, rows, steps = pooled.shape
        own_steps = torch.clamp(widths // POOL, max=steps)
        _, (columns, _) = self.down(pooled.permute(2, 0, 3, 1).reshape(rows, lines * steps, features))
        values = self.first(columns[0].reshape(lines, steps, -1).transpose(0, 1))[0]
        step = torch.arange(steps)[:, None].expand(steps, lines)
        mirrored = torch.where(step < own_steps, own_steps - 1 - step, step)[:, :, None]
        reverse = lambda values: values.gather(0, mirrored.expand(-1, -1, values.shape[2]))
        values = self.last(reverse(self.back(reverse(values))[0]))[0]
        return functional.log_softmax(values @ self.output.T + self.output_bias, 2), own_steps

    def encode(self, text):
        """Returns the codes of a text, None if the network has not all of its characters."""
        codes = [self.code_of.get(character) for character in text]
        return None if None in codes else codes

    def greedy(self, outputs, steps):
        """Returns the likeliest texts, without a dictionary."""
        texts = []
        for row, count in zip(outputs.argmax(2).T.tolist(), steps.tolist()):
            changes = [code for code, before in zip(row[:count], [self.blank, *row]) if code != before]
            texts.append("".join(self.character_of[code] for code in changes if code != self.blank))
        return texts

    def save(self, to):
        array = lambda values: values.detach().numpy().astype(np.float64)
        beside = lambda weights, bias: np.concatenate([array(weights), array(bias)[:, None]], 1)

        def gates(layer):
            weights = np.concatenate([array(layer.weight_ih_l0), beside(layer.weight_hh_l0, layer.bias_ih_l0)], 1)
            return [np.split(weights, 4)[gate] for gate in TO_FILE]

        kernel = self.kernel.detach()[:, 0].transpose(1, 2).reshape(-1, 9)
        layers = [[beside(kernel, self.kernel_bias)], *map(gates, (self.down, self.first, self.back, self.last)),
                  [beside(self.output, self.output_bias)]]
        traineddata.write(self.path, layers, to)
