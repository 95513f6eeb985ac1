"""Says what stands on lines of scans, from what several networks read there and from what is known of the documents.

    for scan in SCANS…; do scanlift engine lines $scan --networks eng,swe,msa --out lines/$(basename $scan .jpg); done
    python3 networks/tune/labels.py lines/* --words book.txt names.txt --truth truth.csv --to labelled

Words that most networks read alike are believed, and of words that differ a known one: of a text, or of what the truth says of the
document (a table with the column `file`, then names and addresses). A line that is nearly a part of that is mended by it.
Writes a directory for tune.py, and needs nothing but Python.
"""
import argparse
import collections
import csv
import re
import shutil
from pathlib import Path

# A known word counts as much as so many networks more that read it.
KNOWN = 1.2
# How much of a line may differ from what it is mended by, and how long it is at least.
MOST_WRONG = 0.2
LEAST_LENGTH = 8


def signs(text):
    """Returns what truths are compared by: letters and figures."""
    return re.sub("[^A-Z0-9&]", "", text.upper())


def most_read(readings):
    """Returns the text that most readings share, at least two, or the only one; None if there is no such text."""
    (text, count), *others = collections.Counter(readings).most_common(2)
    is_shared = count > 1 and (not others or others[0][1] < count)
    return text if text and (is_shared or len(readings) == 1) else None


def core(word):
    return re.sub(r"^\W+|\W+$", "", word)


class Document:
    """What is known of a document: words of the language, and its own."""

    def __init__(self, words, truths):
        self.words = words
        self.truths = [signs(truth) for truth in truths if len(signs(truth)) >= LEAST_LENGTH]
        self.own = {signs(core(word)) for truth in truths for word in truth.split()}

    def knows(self, word):
        word = core(word)
        return len(word) > 3 and (word.lower() in self.words if word.isalpha() else signs(word) in self.own)

    def agreed(self, readings):
        """Returns the text on which the readings agree, None where they do not."""
        return self.agreed_by_words(readings) or most_read(readings)

    def agreed_by_words(self, readings):
        """Does so word by word, of the readings that have the usual number of words; the last one breaks ties."""
        words = [reading.split() for reading in readings if reading.strip()]
        lengths = collections.Counter(map(len, words)).most_common(1)
        if not lengths or lengths[0][1] < 2:
            return None
        chosen = []
        for here in zip(*(each for each in words if len(each) == lengths[0][0])):
            counts = collections.Counter(here)
            usual = counts.most_common(1)[0][0]
            weight = lambda word: counts[word] + KNOWN * (self.knows(word) and len(word) == len(usual)) + 0.1 * (word == here[-1])
            best = max(counts, key=weight)
            if weight(best) < 2:
                return None
            chosen.append(best)
        return " ".join(chosen)

    def mended(self, text):
        """Returns the text as a truth has it; an empty one where its ends differ, None if it is no part of any."""
        own = signs(text)
        for truth in self.truths if len(own) >= LEAST_LENGTH else []:
            wrong, replaced, inserted = aligned(own, truth)
            if wrong <= max(1, MOST_WRONG * len(own)):
                is_sure = all(replaced[at] == own[at] for at in (0, 1, -2, -1))
                return written(text, replaced, inserted) if is_sure else ""
        return None


def aligned(own, truth):
    """Finds the part of the truth that is nearest: how many signs differ, what stands for each of the own ones (nothing: it
    is one too many), and what is missing before each."""
    costs = [[0] * (len(truth) + 1)]
    for sign in own:
        before, row = costs[-1], [len(costs)]
        for at, other in enumerate(truth):
            row.append(min(before[at] + (sign != other), before[at + 1] + 1, row[at] + 1))
        costs.append(row)
    to = min(range(len(truth) + 1), key=lambda at: costs[-1][at])
    at, wrong = len(own), costs[-1][to]
    replaced, inserted = [""] * len(own), [""] * (len(own) + 1)
    while at:
        if to and costs[at][to] == costs[at - 1][to - 1] + (own[at - 1] != truth[to - 1]):
            at, to = at - 1, to - 1
            replaced[at] = truth[to]
        elif costs[at][to] == costs[at - 1][to] + 1:
            at -= 1
        else:
            to -= 1
            inserted[at] = truth[to] + inserted[at]
    return wrong, replaced, inserted


def written(text, replaced, inserted):
    """Puts signs into a text, in the case of the word that they are in."""
    mended, at = "", 0
    for word in re.findall(r"[A-Za-z0-9&]+|[^A-Za-z0-9&]+", text):
        if not signs(word):
            mended += word
            continue
        small, large = (sum(map(kind, word[1:])) for kind in (str.islower, str.isupper))
        is_small = small > large and not any(map(str.isdigit, word))
        for place, letter in enumerate(word):
            new = inserted[at] + replaced[at]
            is_first = place == 0 and letter.isupper()
            mended += letter if new == letter.upper() else new.lower() if is_small and not is_first else new
            at += 1
    return mended


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", nargs="+", help="directories of `scanlift engine lines`, named like the documents")
    parser.add_argument("--words", nargs="+", required=True, help="texts whose words are known")
    parser.add_argument("--truth", help="table of what is right")
    parser.add_argument("--to", required=True)
    arguments = parser.parse_args()

    words = {word.lower() for text in arguments.words for word in re.findall("[A-Za-z]{4,}", Path(text).read_text())}
    rows = csv.DictReader(open(arguments.truth, newline="")) if arguments.truth else []
    truths = {Path(row.pop("file")).stem: list(row.values()) for row in rows}
    to = Path(arguments.to)
    to.mkdir(parents=True)
    table = csv.writer(open(to / "lines.csv", "w", newline=""))
    table.writerow(["picture", "text"])
    count = collections.Counter()
    for directory in map(Path, arguments.lines):
        document = Document(words, truths.get(directory.stem, []))
        for row in csv.DictReader(open(directory / "lines.csv", newline="")):
            picture = row.pop("picture")
            readings = list(row.values())
            agreed = document.agreed(readings)
            mended = document.mended(agreed or readings[-1])
            text = agreed if mended is None else mended
            count["mended" if mended and mended != agreed else "agreed" if text else "left"] += 1
            if text:
                shutil.copy(directory / picture, to / f"{directory.stem}-{picture}")
                table.writerow([f"{directory.stem}-{picture}", text])
    print(", ".join(f"{number} {kind}" for kind, number in count.items()))


if __name__ == "__main__":
    main()
