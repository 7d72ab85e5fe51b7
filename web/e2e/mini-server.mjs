/**
 * The demo product with data that outlives it, for tests of a server that goes away and comes back.
 *
 *   const server = await keptServer();  // the story has been played
 *   await server.stop();                // the processes end, the data stay
 *   await server.start();               // on the same port and data
 *   await server.remove();              // ends it and removes the data
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const START_LIMIT = 180_000;

/** Starts the product on a free port with fresh data. */
export async function keptServer() {
  const folder = await mkdtemp(join(tmpdir(), 'suishoupai-kept-'));
  const port = await freePort();
  const bin = resolve(here, process.env.SUISHOUPAI_BIN ?? '../../target/debug');
  let child;
  const start = async () => {
    child = spawn(join(bin, 'demo'), ['run', '--port', String(port), '--data', folder], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    await ready(child);
  };
  const stop = async () => {
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    process.kill(-child.pid, 'SIGTERM');
    const insist = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 8_000);
    await gone;
    clearTimeout(insist);
  };
  const remove = async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return { base: `http://127.0.0.1:${port}`, start, stop, remove };
}

function ready(child) {
  return new Promise((done, fail) => {
    let said = '';
    const late = setTimeout(() => fail(new Error(`server not ready in ${START_LIMIT} ms:\n${said}`)), START_LIMIT);
    const hear = (chunk) => {
      said = (said + chunk).slice(-20_000);
      if (!said.includes('随手拍已就绪')) return;
      clearTimeout(late);
      done();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`server ended with ${code}:\n${said}`)));
  });
}
