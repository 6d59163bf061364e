"""Loads a folder again and again, each file by a thread that is started for it: parallel_reader.py DIR STOP LEASE_MS

A load counts when it took less than a lease; it is torn when its files are not all the same."""
import os
import random
import sys
import threading
import time

folder, stop, lease = sys.argv[1], sys.argv[2], int(sys.argv[3]) / 1000


def read(name, texts):
    with open(f"{folder}/{name}") as file:
        texts.append(file.read())


def load(names):
    texts = []
    for name in names:
        thread = threading.Thread(target=read, args=(name, texts))
        thread.start()
        thread.join()
    return texts


def main():
    names = os.listdir(folder)
    loads = torn = 0
    while not os.path.exists(stop):
        begun = time.monotonic()
        texts = load(names)
        if time.monotonic() - begun < lease:
            loads += 1
            torn += len(set(texts)) > 1
        time.sleep(lease * (1.2 + random.random()))
    print(loads, torn)


main()
