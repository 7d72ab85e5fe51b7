/** Holds the builds to their budgets: all of H5 gzipped < 150 kB (the first view is less), the weapp main package < 2 MB. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(folder, f.name)) : [join(folder, f.name)]));

const h5 = files('dist/h5').filter((f) => ['.html', '.js', '.css'].includes(extname(f)));
const gz = h5.reduce((sum, f) => sum + gzipSync(readFileSync(f)).length, 0);
const weapp = files('dist/weapp').reduce((sum, f) => sum + statSync(f).size, 0);
console.log(`H5, every page, gzipped: ${(gz / 1000).toFixed(1)} kB of 150 kB`);
console.log(`weapp main package: ${(weapp / 1000).toFixed(1)} kB of 2000 kB`);
if (gz > 150_000 || weapp > 2_000_000) process.exit(1);
