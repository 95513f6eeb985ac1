"""Mixes the weights of a trained network with those of the one that it began as: what it forgot comes back (after Wortsman et al., 2022).

    python3 networks/tune/mix.py --start eng.traineddata --tuned tuned.traineddata --share 0.8 --to mixed.traineddata
"""
import argparse

import traineddata


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", default="/usr/share/tesseract-ocr/5/tessdata/eng.traineddata")
    parser.add_argument("--tuned", required=True)
    parser.add_argument("--share", type=float, default=0.8, help="of the tuned network, 0 to 1")
    parser.add_argument("--to", required=True)
    arguments = parser.parse_args()

    start, tuned = (traineddata.read(path)[0] for path in (arguments.start, arguments.tuned))
    mixed = [[arguments.share * new.weights + (1 - arguments.share) * old.weights for old, new in zip(*layers)]
             for layers in zip(start, tuned)]
    traineddata.write(arguments.tuned, mixed, arguments.to)


if __name__ == "__main__":
    main()
