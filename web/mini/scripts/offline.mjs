/** Puts the worker that opens the app without signal beside the built app, with the list of the app's files in it; not what only a base map needs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'dist/h5';
const list = (at) =>
  readdirSync(join(folder, at), { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? list(`${at}${f.name}/`) : [`/m/${at}${f.name}`]));
const own = ['/m/', ...list('').filter((path) => /\.(js|css)$/.test(path) && path !== '/m/sw.js' && !/\/ground\./.test(path)).sort()];
writeFileSync(join(folder, 'sw.js'), readFileSync('src/sw.js', 'utf8').replace('const OWN = []', `const OWN = ${JSON.stringify(own)}`));
console.log(`offline: ${own.length} files`);
