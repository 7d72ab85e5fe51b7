/**
 * Starts the demo product on a free port with its data in a fresh temporary folder.
 *
 *   import { startServer } from './server.mjs';
 *   const server = await startServer();   // the story of the demo has been played when it resolves (about 15 s)
 *   server.base                           // e.g. http://127.0.0.1:43211, no slash at its end
 *   await server.stop();                  // ends the processes, removes the folder; call it in after()
 *
 * Faces: `${server.base}/console/` and `${server.base}/m/`, as scripts/web built them.
 *
 * Accounts: dispatcher1, inspector-supervision1, handler-huanxiu, head-huanxiu, grid-huanxiu1, leader, admin …,
 * password PASSWORD. A citizen logs in with POST /v1/auth/wechat {"code": "demo-<anything>"}.
 *
 * SUISHOUPAI_BIN  folder with the binaries `demo` and `suishoupai`; default ../../target/debug
 * SUISHOUPAI_BASE address of a server that already runs; then nothing is started and stop() leaves it alone
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PASSWORD = 'demo-2026';

const here = dirname(fileURLToPath(import.meta.url));
const READY = '随手拍已就绪';
const START_LIMIT = 180_000;

/** Starts (or takes) a server; resolves to {base, stop}. Rejects with the server's words if it does not come up. */
export async function startServer() {
  if (process.env.SUISHOUPAI_BASE) return { base: process.env.SUISHOUPAI_BASE, stop: async () => {} };
  const { base, remove } = await keptServer();
  return { base, stop: remove };
}

/**
 * A server that can go away and come back: stop() ends the processes and leaves the data, start() begins again on the same
 * port and data, remove() ends it and removes the data. Resolves to {base, start, stop, remove} when it is up.
 */
export async function keptServer() {
  const folder = await mkdtemp(join(tmpdir(), 'suishoupai-e2e-'));
  const port = await freePort();
  const bin = resolve(here, process.env.SUISHOUPAI_BIN ?? '../../target/debug');
  let child;
  const start = async () => {
    child = spawn(join(bin, 'demo'), ['run', '--port', String(port), '--data', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    await ready(child);
  };
  const stop = () => end(child);
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

/** A port nobody listens on now. */
function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

function ready(child) {
  return new Promise((done, fail) => {
    let said = '';
    const late = setTimeout(() => fail(new Error(`server not ready in ${START_LIMIT} ms:\n${said}`)), START_LIMIT);
    const hear = (chunk) => {
      said = (said + chunk).slice(-20_000);
      if (said.includes(READY)) {
        clearTimeout(late);
        done();
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`server ended with ${code}:\n${said}`)));
  });
}

/** Asks the child's own process group to end, then insists. */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const gone = new Promise((done) => child.once('exit', done));
  process.kill(-child.pid, 'SIGTERM');
  const insist = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 8_000);
  await gone;
  clearTimeout(insist);
}
