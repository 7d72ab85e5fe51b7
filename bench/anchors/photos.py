"""The photo job as a Python service does it: Pillow with draft() or in full, or libvips; three copies and a perceptual hash."""
import hashlib
import io
import sys
import warnings

warnings.filterwarnings("ignore")
import anchor
import imagehash
from PIL import Image, ImageOps, __version__ as pillow

COPIES = ((1280, 82), (640, 80), (320, 75))


def with_pillow(data, draft):
    picture = Image.open(io.BytesIO(data))
    exif = picture.getexif()
    exif.get_ifd(0x8825)
    exif.get_ifd(0x8769)
    if draft:
        picture.draft("RGB", (COPIES[0][0], COPIES[0][0]))
    picture = picture.convert("RGB")
    sizes = []
    for number, (side, quality) in enumerate(COPIES):
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        if number == 0:
            picture.getexif().update(exif)
            picture = ImageOps.exif_transpose(picture)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        sizes.append(picture.size)
    return sizes, imagehash.phash(picture, hash_size=16)


def with_vips(data):
    import pyvips

    source = pyvips.Image.new_from_buffer(data, "")
    [source.get(name) for name in source.get_fields() if name.startswith("exif-")]
    sizes = []
    for side, quality in COPIES:
        picture = (
            pyvips.Image.thumbnail_buffer(data, side, height=side, size="down").copy_memory()
            if not sizes
            else picture.thumbnail_image(side, height=side, size="down").copy_memory()
        )
        picture.jpegsave_buffer(Q=quality, strip=True)
        sizes.append((picture.width, picture.height))
    return sizes, imagehash.phash(Image.fromarray(picture.numpy()), hash_size=16)


def main(way, paths):
    files = [open(path, "rb").read() for path in paths]
    ways = {"draft": lambda d: with_pillow(d, True), "full": lambda d: with_pillow(d, False), "vips": with_vips}

    def work():
        sizes = []
        for data in files:
            hashlib.sha256(data).hexdigest()
            sizes.append(ways[way](data)[0])
        return sizes

    name = f"Pillow {pillow} {way}"
    if way == "vips":
        import pyvips

        name = "libvips " + ".".join(str(pyvips.version(part)) for part in range(3))
    anchor.serve(name, work)


main(sys.argv[1], sys.argv[2:])
