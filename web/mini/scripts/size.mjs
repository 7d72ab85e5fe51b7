/** Holds the builds to their budgets: all of H5 gzipped < 150 kB (the first view is less; a base map's part comes on top where one is configured), the weapp main package < 2 MB. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(folder, f.name)) : [join(folder, f.name)]));
const gzipped = (list) => list.reduce((sum, f) => sum + gzipSync(readFileSync(f)).length, 0);
const kb = (n) => `${(n / 1000).toFixed(1)} kB`;

const h5 = files('dist/h5').filter((f) => ['.html', '.js', '.css'].includes(extname(f)));
const ground = (f) => /\/ground\.\w+\.js$/.test(f);
const html = readFileSync('dist/h5/index.html', 'utf8');
const first = gzipped(h5.filter((f) => f.endsWith('.html') || html.includes(f.slice('dist/h5/'.length))));
const gz = gzipped(h5.filter((f) => !ground(f)));
const weapp = files('dist/weapp').reduce((sum, f) => sum + statSync(f).size, 0);
console.log(`H5, what the page names, gzipped: ${kb(first)}; every page: ${kb(gz)} of 150 kB; a base map from a file: ${kb(gzipped(h5.filter(ground)))} more`);
console.log(`weapp main package: ${kb(weapp)} of 2000 kB`);
if (html.includes('ground.')) throw new Error('the base map’s part is fetched by every page');
if (gz > 150_000 || weapp > 2_000_000) process.exit(1);
