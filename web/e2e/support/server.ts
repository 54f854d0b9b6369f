// Starts the real program on a fresh store and any free port, and ends it with the tests.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const START_MS = 30_000;

function findBinary(): string {
  const named = process.env['QD_BINARY'];
  const tried = named ? [named] : ['../build/release/qd', '../build/debug/qd'].map((path) => resolve(import.meta.dirname, '../..', path));
  const found = tried.find((path) => existsSync(path));
  if (!found) throw new Error(`no program at ${tried.join(' or ')}; script/build makes one, QD_BINARY names another`);
  return found;
}

/** The address that the program says it is ready at. */
async function addressOf(server: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the program did not start:\n${said}`)), START_MS);
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const address = /ready at (http:\/\/\S+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(timer);
      done(address);
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', read);
    server.once('exit', (code) => fail(new Error(`the program ended with ${code}:\n${said}`)));
  });
}

export default async function startServer(): Promise<() => Promise<void>> {
  const data = await mkdtemp(join(tmpdir(), 'quarterdeck-e2e-'));
  // Cheap password hashes and no limit on signing in: each test has people of its own.
  const flags = ['--bcrypt.cost', '4', '--rate_limit.auth_per_minute', '0', '--registration', 'invite'];
  const server = spawn(findBinary(), ['serve', '--address', '127.0.0.1', '--port', '0', '--data', data, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await addressOf(server);
  const ready = await fetch(`${address}/readyz`);
  if (!ready.ok) throw new Error(`the program is not ready: ${await ready.text()}`);
  process.env['QD_E2E_URL'] = address;

  return async () => {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
}
