"""Trains a network of language data further on lines of scans and on lines that are drawn.

    scanlift engine lines SCANS… --networks eng,swe,msa --out lines
    python3 networks/tune/tune.py --lines lines --words book.txt --minutes 30 --to tuned.traineddata

A line's text is what most networks say alike, or what labels.py says. Lines are drawn of the words of a text, and of
names, in all fonts that are installed. Needs torch, numpy and pillow; two cores train on some 150 lines a second.
"""
import argparse
import csv
import math
import multiprocessing
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from labels import most_read
from network import Network
from pictures import Drawer, levels, scaled, worse

BATCH = 32
# Longer lines, in heights, take too much memory.
LONGEST = 45
# Beyond the last column of a short line there is paper.
PAPER = 0.8
WORSE_SHARE = 0.8


def labelled(directory):
    """Returns the pictures of lines with the text that most networks read."""
    lines = []
    for row in csv.DictReader(open(Path(directory) / "lines.csv", newline="")):
        picture = row.pop("picture")
        text = most_read(list(row.values()))
        if text:
            lines.append((Image.open(Path(directory) / picture).convert("L").copy(), text))
    return [(picture, text) for picture, text in lines if picture.width < LONGEST * picture.height]


def batch(lines):
    """Returns lines as numbers: pictures, their widths, the codes of all."""
    width = max(picture.shape[1] for picture, _ in lines)
    pictures = np.full((len(lines), *lines[0][0].shape[:1], width), PAPER, np.float32)
    for place, (picture, _) in zip(pictures, lines):
        place[:, :picture.shape[1]] = picture
    return pictures, [picture.shape[1] for picture, _ in lines], [codes for _, codes in lines]


def supply(queue, lines, texts, arguments, network):
    """Puts batches of lines of like lengths into a queue, for ever."""
    chance = random.Random(arguments.seed)
    drawer = Drawer(*texts, chance)
    shape = lambda line: line[0].width / line[0].height
    scans = sorted(lines, key=shape)
    drawn = []
    while True:
        if chance.random() < arguments.drawn_share:
            if not drawn:
                new = sorted(filter(None, (drawer.line() for _ in range(6 * BATCH))), key=shape)
                drawn = [new[at:at + BATCH] for at in range(0, len(new), BATCH)]
                chance.shuffle(drawn)
            chosen = drawn.pop()
        else:
            at = max(0, chance.randrange(len(scans)) - 2 * BATCH)
            near = scans[at:at + 4 * BATCH]
            chosen = chance.sample(near, min(BATCH, len(near)))
        ready = []
        for picture, text in chosen:
            codes = network.encode(text)
            picture = worse(picture, chance) if chance.random() < WORSE_SHARE else picture
            pixels = levels(scaled(picture))
            doubles = sum(one == next for one, next in zip(codes or [], (codes or [])[1:]))
            if codes and pixels.shape[1] // 3 > len(codes) + doubles:
                ready.append((pixels, codes))
        if ready:
            queue.put(batch(ready))


def right(network, lines):
    """Returns how many lines are read as labelled, without a dictionary."""
    count = 0
    lines = sorted(lines, key=lambda line: line[0].width / line[0].height)
    with torch.no_grad():
        for at in range(0, len(lines), BATCH):
            part = [(levels(scaled(picture)), text) for picture, text in lines[at:at + BATCH]]
            pictures, widths, texts = batch(part)
            read = network.greedy(*network(torch.from_numpy(pictures), torch.tensor(widths)))
            count += sum(one == other for one, other in zip(read, texts))
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", nargs="+", required=True, help="directories of `scanlift engine lines`")
    parser.add_argument("--test", nargs="*", default=[], help="others that are only read, to see what is learned")
    parser.add_argument("--words", required=True, help="text whose words are drawn")
    parser.add_argument("--names", help="words of firms' names and of addresses: lines of such are drawn, too")
    parser.add_argument("--start", default="/usr/share/tesseract-ocr/5/tessdata/eng.traineddata")
    parser.add_argument("--to", required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=7e-4, help="learning rate at the start")
    parser.add_argument("--drawn-share", type=float, default=0.45)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    network = Network(arguments.start)
    lines = [line for directory in arguments.lines for line in labelled(directory)]
    test = [line for directory in arguments.test for line in labelled(directory)]
    words = Path(arguments.words).read_text().split()
    names = Path(arguments.names).read_text().split() if arguments.names else []
    print(f"{len(lines)} lines; of {len(test)} others {right(network, test)} read as labelled", flush=True)
    queue = multiprocessing.Queue(8)
    multiprocessing.Process(target=supply, args=(queue, lines, (words, names), arguments, network), daemon=True).start()
    optimizer = torch.optim.Adam([value for value in network.parameters() if value.requires_grad], betas=(0.9, 0.99))
    start, steps, mean = time.time(), 0, None
    while (share := (time.time() - start) / (60 * arguments.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = arguments.rate * min(1, (steps + 1) / 50) * (1 + math.cos(math.pi * share)) / 2
        pictures, widths, codes = queue.get()
        outputs, own_steps = network(torch.from_numpy(pictures), torch.tensor(widths))
        loss = torch.nn.functional.ctc_loss(
            outputs, torch.tensor(sum(codes, [])), own_steps, torch.tensor([len(each) for each in codes]),
            blank=network.blank, zero_infinity=True)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        steps += 1
        if steps % 1000 == 0:
            network.save(arguments.to)
            print(f"{share:.0%}: loss {mean:.3f}, {right(network, test)} of {len(test)} right", flush=True)
    network.save(arguments.to)
    print(f"{steps} steps: loss {mean:.3f}, {right(network, test)} of {len(test)} right")


if __name__ == "__main__":
    main()
