"""Which polygon each point is in: shapely's STRtree, all points in one call. Arguments: polygons (GeoJSON), points (CSV)."""
import json
import sys

import numpy
import shapely
from anchor import serve

features = json.load(open(sys.argv[1]))["features"]
tree = shapely.STRtree([shapely.geometry.shape(feature["geometry"]) for feature in features])
xy = numpy.loadtxt(sys.argv[2], delimiter=",")
points = shapely.points(xy)
shapely.prepare(tree.geometries)


def work():
    """The lowest number of a polygon for each point, -1 for none, as one sum: (index + 2) times (number + 2)."""
    point, polygon = tree.query(points, predicate="intersects")
    owner = numpy.full(len(points), len(features), dtype=numpy.int64)
    numpy.minimum.at(owner, point, polygon)
    owner[owner == len(features)] = -1
    return int(((numpy.arange(len(points)) + 2) * (owner + 2)).sum())


serve(f"shapely {shapely.__version__} STRtree", work)
