"""Hamming distances of query hashes to all stored hashes: FAISS IndexBinaryFlat, one batch, one thread."""
import sys

import faiss
import numpy
from anchor import serve

stored = numpy.fromfile(sys.argv[1], dtype=numpy.uint8).reshape(-1, 32)
queries = numpy.fromfile(sys.argv[2], dtype=numpy.uint8).reshape(-1, 32)
index = faiss.IndexBinaryFlat(256)
index.add(stored)
faiss.omp_set_num_threads(1)


def search():
    """For each query the number and the distance of its nearest hash."""
    distances, numbers = index.search(queries, 1)
    return [[int(number[0]), int(distance[0])] for number, distance in zip(numbers, distances)]


serve(f"FAISS {faiss.__version__} IndexBinaryFlat", search)
