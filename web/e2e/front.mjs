/**
 * A small front for servers built without the faces: /console/ and /m/ from the built folders (any unknown path below
 * them answers the index page, as the product does), all else passed on unchanged, streams included.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const FACES = {
  '/console/': join(web, 'console/dist'),
  '/m/': join(web, 'mini/dist/h5'),
};
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; connect-src 'self'";

/** Serves the faces before `target` (an http address); resolves to {base, stop}. */
export async function startFront(target) {
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url, 'http://front').pathname;
    const face = Object.keys(FACES).find((prefix) => path.startsWith(prefix));
    if (face) serve(face, decodeURIComponent(path.slice(face.length)), answer);
    else pass(target, asked, answer);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    stop: () =>
      new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      }),
  };
}

async function serve(face, path, answer) {
  const root = FACES[face];
  const wanted = join(root, normalize(`/${path}`));
  const file = (await isFile(wanted)) ? wanted : join(root, 'index.html');
  if (!(await isFile(file))) {
    answer.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('界面还没有构建');
    return;
  }
  answer.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': POLICY,
  });
  createReadStream(file).pipe(answer);
}

async function isFile(path) {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function pass(target, asked, answer) {
  const to = new URL(asked.url, target);
  const onward = request(to, { method: asked.method, headers: { ...asked.headers, host: to.host } }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  onward.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()));
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}
