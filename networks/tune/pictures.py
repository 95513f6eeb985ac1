"""Pictures of lines: as the network sees them, made worse as printers and scanners do, and drawn in fonts."""
import random
import re
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HEIGHT = 36
NO_TEXT = ("symbol", "emoji", "math", "dingbat", "d050", "keyboard", "awesome", "glyphicons", "z003", "ornament",
           "initials", "braille", "pua")
SIZES = (16, 20, 26, 34, 44)


def scaled(picture):
    """Returns a picture in the network's height, sharpened as Tesseract does it."""
    height = picture.height
    if height != HEIGHT:
        is_smaller = height * 0.7 > HEIGHT
        width = max(3, round(picture.width * HEIGHT / height))
        picture = picture.resize((width, HEIGHT), Image.BOX if is_smaller else Image.BILINEAR)
        picture = picture.filter(ImageFilter.UnsharpMask(1, 20 if is_smaller else 40, 0))
    return np.asarray(picture)


def levels(picture):
    """Returns gray values as the network knows them, -1 black to 1 white, by the extremes of the middle row."""
    before, here, after = (picture[picture.shape[0] // 2].astype(int)[at:][:picture.shape[1] - 2] for at in range(3))
    low = here[((here < before) & (here <= after)) | ((here <= before) & (here < after))]
    high = here[((here > before) & (here >= after)) | ((here >= before) & (here > after))]
    black = np.quantile(low, 0.25) if len(low) else 0
    white = np.quantile(high, 0.75) if len(high) else 255
    contrast = max((white - black) / 2, 1)
    return (np.clip(np.round(128 * ((picture - black) / contrast - 1)), -127, 127) / 127).astype(np.float32)


def moved(picture, chance):
    """Places, widens, slants and turns a line a little."""
    height, paper = picture.height, int(np.median(picture))
    if chance.random() < 0.7:
        above, below = (int(height * chance.uniform(-0.08, 0.12)) for _ in range(2))
        place = Image.new("L", (picture.width, max(8, height + above + below)), paper)
        place.paste(picture, (0, above))
        picture = place
    width, height = picture.size
    if chance.random() < 0.6:
        picture = picture.resize((max(8, int(width * chance.uniform(0.85, 1.18))), height), Image.BILINEAR)
    for probability, most, across in ((0.3, 0.012, False), (0.25, 0.2, True)):
        if chance.random() < probability:
            slope = chance.uniform(-most, most)
            matrix = (1, slope, -slope * height / 2, 0, 1, 0) if across else (1, 0, 0, slope, 1, -slope * picture.width / 2)
            picture = picture.transform(picture.size, Image.AFFINE, matrix, Image.BILINEAR, fillcolor=paper)
    return picture


def coarse(picture, chance):
    """Makes a line of fewer pixels, its strokes thicker or thinner, its edges soft."""
    factor = chance.uniform(14, 30) / picture.height
    if chance.random() < 0.35 and factor < 1:
        size = (max(4, int(picture.width * factor)), max(6, int(picture.height * factor)))
        picture = picture.resize(size, Image.BILINEAR)
    strokes = chance.random()
    if strokes < 0.12:
        picture = picture.filter(ImageFilter.MinFilter(3))
    elif strokes < 0.22 and picture.height > 24:
        picture = picture.filter(ImageFilter.MaxFilter(3))
    if chance.random() < 0.3:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1.3) * picture.height / HEIGHT))
    return picture


def dirty(picture, chance):
    """Fades a line in patches, leaves out dots of the print head, adds noise and specks, or makes it black and white."""
    values = np.asarray(picture).astype(np.float32)
    numbers = np.random.default_rng(chance.getrandbits(32))
    height, width = values.shape
    if chance.random() < 0.3:
        patches = numbers.integers(0, 256, (3, max(2, width // max(4, height)))).astype(np.uint8)
        fading = np.asarray(Image.fromarray(patches).resize((width, height), Image.BICUBIC)) / 255
        values = 255 - (255 - values) * (1 - chance.uniform(0.2, 0.8) * fading)
    if chance.random() < 0.15:
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(width if chance.random() < 0.5 else height)
            if chance.random() < 0.5:
                values[:, at:at + chance.randint(1, 2)] = np.median(values)
            else:
                values[at:at + 1] = np.median(values)
    if chance.random() < 0.3:
        values = values + numbers.normal(0, chance.uniform(2, 22), values.shape)
    if chance.random() < 0.15:
        specks = numbers.random(values.shape) < chance.uniform(0.001, 0.02)
        values[specks] = numbers.integers(0, 256, specks.sum())
    if chance.random() < 0.2:
        dark, light = np.percentile(values, 5), np.percentile(values, 90)
        threshold = dark + (light - dark) * chance.uniform(0.35, 0.75)
        values = 127 + (values - threshold) * chance.choice([1e9, 1.0, 0.3])
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def worse(picture, chance):
    return dirty(coarse(moved(picture, chance), chance), chance)


class Drawer:
    """Draws lines of words, names and numbers in the fonts that are installed."""

    def __init__(self, words, names, chance):
        listed = subprocess.run(["fc-list", ":lang=en", "file"], capture_output=True, text=True, check=True).stdout
        files = (line.split(":")[0] for line in listed.splitlines())
        self.fonts = sorted(file for file in files if file.lower().endswith((".ttf", ".otf"))
                            and not any(name in file.lower() for name in NO_TEXT))
        self.words, self.names, self.chance, self.loaded = words, names, chance, {}

    def number(self):
        chance = self.chance
        day, month, year = chance.randint(1, 31), chance.randint(1, 12), chance.randint(1950, 2026)
        some = lambda letters, least, most: "".join(chance.choice(letters) for _ in range(chance.randint(least, most)))
        return chance.choice([
            lambda: f"{chance.uniform(0, 300):.2f}",
            lambda: chance.choice(["$", "RM", "€", "£", "RM ", "$ "]) + f"{chance.uniform(0, 9999):,.2f}",
            lambda: f"{day:02}/{month:02}/{chance.choice([year, f'{year % 100:02}'])}",
            lambda: f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}" + chance.choice(["", ":07", " PM", " AM"]),
            lambda: some("0123456789", 3, 13),
            lambda: some("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", 3, 9),
            lambda: f"{chance.randint(1, 999)}-{chance.choice(['', '0'])}{chance.randint(1, 99999)}",
            lambda: f"{chance.randint(0, 100)}%",
            lambda: f"{day} {chance.choice('Jan Feb March Apr May JUN JUL AUG Sept Oct Nov Dec'.split())} {year}",
        ])()

    def code(self):
        """Returns figures and letters as houses, units, roads and plots have them."""
        chance = self.chance
        figures = lambda most: str(chance.randint(1, 10 ** chance.randint(1, most) - 1))
        letters = lambda most: "".join(chance.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(chance.randint(1, most)))
        letter = lambda: letters(1) if chance.random() < 0.4 else ""
        return chance.choice([
            lambda: figures(3) + letter(),
            lambda: f"{letters(3)}{figures(2)}{letter()}",
            lambda: f"{letters(3)}{figures(2)}/{figures(2)}{letter()}",
            lambda: f"{letters(2)}{figures(2)}/{letters(1)}",
            lambda: f"{figures(2)}{letter()}/{figures(2)}{letter()}",
            lambda: f"{figures(2)}/{letters(1)}",
            lambda: f"{letters(2)}-{figures(3)}{letter()}",
            lambda: f"{letters(1)}-{figures(2):0>2}-{figures(3):0>2}",
            lambda: f"{figures(3)}{letter()}{chance.choice([' & ', '&', ', ', '-'])}{figures(3)}{letter()}",
            lambda: f"{figures(5):0>5}",
        ])()

    def address(self):
        """Returns a line of an address, or the name of a firm."""
        chance = self.chance
        name = lambda: chance.choice(self.names)
        names = lambda: " ".join(name() for _ in range(chance.randint(1, 3)))
        number = lambda: f"{chance.randint(1000, 99999):05}"
        part = lambda: chance.choice([
            names, names, self.code, lambda: f"{name()} {self.code()}", lambda: f"{number()} {names()}"])()
        if chance.random() < 0.3:
            forms = "SDN BHD|SDN. BHD.|(M) SDN BHD|BHD|PTE LTD|LTD|INC.|LLC|& CO|& SONS|ENTERPRISE|TRADING|GROUP".split("|")
            text = f"{names()} {chance.choice(forms)}"
        else:
            start = chance.choice(["", "", "", "NO. ", "NO.", "NO ", "LOT ", "UNIT ", "BLOCK ", "LEVEL ", "SUITE ", "G/F, "])
            parts = [start + self.code() if start else part()]
            parts += [part() for _ in range(chance.randint(0, 3))]
            text = chance.choice([", ", ", ", " ", ","]).join(parts) + chance.choice(["", "", ",", "."])
        if chance.random() < 0.6:
            return text.upper()
        return re.sub("[A-Za-z]{3,}", lambda word: word[0].capitalize(), text)

    def text(self):
        chance = self.chance
        if self.names and chance.random() < 0.3:
            return self.address()
        start = chance.randrange(len(self.words) - 9)
        words = self.words[start:start + chance.randint(1, 9)]
        kind = chance.random()
        if kind < 0.3:
            words = [word.upper() for word in words[:6]]
        elif kind < 0.4:
            words = [word.capitalize() for word in words[:6]]
        if kind < 0.2 or 0.5 < kind < 0.75:
            words = words[:4]
            words.insert(chance.randint(0, len(words)), self.number())
        elif kind > 0.9:
            words = [self.number() for _ in range(chance.randint(1, 4))]
        return " ".join(words) + (chance.choice(":;.,") if chance.random() < 0.1 else "")

    def line(self):
        """Returns picture and text of a line; None if it is too long."""
        key = self.chance.choice(self.fonts), self.chance.choice(SIZES)
        font = self.loaded.setdefault(key, None) or ImageFont.truetype(*key)
        self.loaded[key] = font
        text, size = self.text(), key[1]
        left, top, right, bottom = font.getbbox(text)
        if not 4 <= right - left <= 44 * size:
            return None
        edge = max(3, size // 8)
        top, bottom = min(top, font.getbbox("Hx")[1]) - edge, bottom + edge
        picture = Image.new("L", (right - left + 2 * edge, bottom - top), 255)
        ImageDraw.Draw(picture).text((edge - left, -top), text, 0, font=font)
        return picture, text
