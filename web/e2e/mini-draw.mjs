/** Drawn photographs for the tests of the mini-program: a street with or without its heap, as a camera would write it. */

/** Runs in the page: a scene of `seed`, with its heap or swept, seen from a slightly other place. Base64 of a JPEG. */
function scene([seed, heap, shift, zoom]) {
  const dice = (start) => {
    let s = start;
    return () => (s = (s * 16807) % 2147483647) / 2147483647;
  };
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 960 });
  const g = canvas.getContext('2d');
  const box = (colour, ...at) => {
    g.fillStyle = colour;
    g.fillRect(...at);
  };
  const r = dice(seed * 9301 + 7);
  g.translate(shift, shift / 2);
  g.scale(zoom, zoom);
  box('#b9c4cc', -50, -50, 1400, 500);
  box('#8d8a83', -50, 450, 1400, 600);
  for (let i = 0; i < 7; i++) {
    const x = i * 190 + r() * 30;
    box(`hsl(${r() * 360} 25% ${35 + r() * 30}%)`, x, 60 + r() * 120, 170, 420);
    for (let j = 0; j < 12; j++) {
      box(r() > 0.5 ? '#e8edf0' : '#3b4148', x + 12 + (j % 3) * 52, 110 + Math.floor(j / 3) * 85 + r() * 8, 34, 50);
    }
  }
  for (let i = 0; i < 160; i++) box(`rgba(40,40,40,${r() * 0.5})`, r() * 1280, 470 + r() * 480, 10 + r() * 60, 2 + r() * 6);
  for (let i = 0; i < 30; i++) box(`hsl(${r() * 360} 60% 45%)`, r() * 1250, 380 + r() * 70, 20 + r() * 30, 20 + r() * 50);
  const h = dice(seed * 77 + 3);
  for (let i = 0; heap && i < 500; i++) {
    const [a, d] = [h() * 6.28, Math.sqrt(h())];
    box(`hsl(${h() * 360} 70% ${20 + h() * 60}%)`, 640 + Math.cos(a) * d * 380, 700 + Math.sin(a) * d * 190, 30 + h() * 70, 25 + h() * 60);
  }
  return canvas.toDataURL('image/jpeg', 0.92).split(',')[1];
}

/** A photograph of the problem (`heap`) or of the place after the fix, taken now, ready for a file chooser. */
export async function photo(page, seed, heap) {
  const data = await page.evaluate(scene, heap ? [seed, true, 0, 1] : [seed, false, -60, 1.12]);
  const when = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', ':');
  return { name: 'IMG.jpg', mimeType: 'image/jpeg', buffer: withExif(Buffer.from(data, 'base64'), when) };
}

/** Writes what a phone's camera writes: make, model, exposure and time (EXIF 2.32, little endian). */
function withExif(jpeg, when) {
  const b = Buffer.alloc(400);
  let free = 200;
  const entry = (at, tag, type, value) => {
    b.writeUInt16LE(tag, at);
    b.writeUInt16LE(type, at + 2);
    b.writeUInt32LE(type === 2 ? value.length + 1 : 1, at + 4);
    if (type === 3) b.writeUInt16LE(value, at + 8);
    else if (type === 4) b.writeUInt32LE(value, at + 8);
    else {
      b.writeUInt32LE(free, at + 8);
      if (type === 2) b.write(`${value}\0`, free);
      else value.forEach((n, i) => b.writeUInt32LE(n, free + 4 * i));
      free += type === 2 ? value.length + 2 - (value.length % 2) : 8;
    }
  };
  const directory = (at, list) => {
    b.writeUInt16LE(list.length, at);
    list.forEach(([tag, type, value], i) => entry(at + 2 + 12 * i, tag, type, value));
  };
  b.write('II', 0);
  b.writeUInt16LE(42, 2);
  b.writeUInt32LE(8, 4);
  directory(8, [[0x010f, 2, 'HUAWEI'], [0x0110, 2, 'LIO-AL00'], [0x0132, 2, when], [0x8769, 4, 70]]);
  directory(70, [[0x829a, 5, [1, 120]], [0x829d, 5, [18, 10]], [0x8827, 3, 100], [0x9003, 2, when], [0x9011, 2, '+08:00'], [0x920a, 5, [56, 10]]]);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), b]);
  const mark = Buffer.alloc(4);
  mark.writeUInt16BE(0xffe1, 0);
  mark.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), mark, body, jpeg.subarray(2)]);
}
