// Starting and stopping a mock.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import test from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { startMockEcr } from 'mock-ecr';

const run = promisify(execFile);

test('a mock is reachable until it is stopped', async () => {
  const mock = await startMockEcr();
  assert.equal((await mock.clock.get()).state, 'running');
  await mock.stop();
  await assert.rejects(mock.clock.get(), /the mock does not run: it ended with exit code 0/);
  await mock.stop();
});

test('CommonJS and ESM have the same exports', () => {
  const required = createRequire(import.meta.url)('mock-ecr');
  assert.equal(required.startMockEcr, startMockEcr);
});

test('several mocks run at the same time', async () => {
  const mocks = await Promise.all([startMockEcr(), startMockEcr()]);
  assert.notEqual(mocks[0].url, mocks[1].url);
  await Promise.all(mocks.map((mock) => mock.stop()));
});

test('options are passed to the program', async () => {
  const mock = await startMockEcr({ clock: '2030-01-01T00:00:00Z', region: 'eu-west-1', createOnPush: false, seed: '--help' });
  assert.equal((await mock.clock.get()).now, '2030-01-01T00:00:00.000Z');
  assert.equal(mock.awsConfig().region, 'eu-west-1');
  await mock.stop();
});

test('an invalid option is an error that names it', async () => {
  await assert.rejects(startMockEcr({ regoin: 'eu-west-1' }), /unknown option regoin: expected one of auth, .*region/);
  await assert.rejects(startMockEcr({ clock: 7 }), /invalid value for clock: expected a string, found number/);
});

test('the error of the program is the error of the start', async () => {
  await assert.rejects(startMockEcr({ clock: 'yesterday' }), /mock-ecr could not start: error: .*yesterday/);
  await assert.rejects(startMockEcr({ config: '/does/not/exist.toml' }), /mock-ecr could not start: .*exist\.toml/);
});

test('a start that takes too long is an error', async () => {
  await assert.rejects(startMockEcr({ startTimeout: 1 }), /mock-ecr did not start within 1 ms/);
});

test('a control key in the environment does not affect a mock', async () => {
  process.env.MOCK_ECR_CONTROL_KEY = 'of another mock';
  const mock = await startMockEcr();
  delete process.env.MOCK_ECR_CONTROL_KEY;
  assert.deepEqual(await mock.requests.list(), []);
  assert.match(await mock.requests.table(), /no requests/);
  await mock.stop();
});

test('Symbol.asyncDispose stops a mock', async () => {
  const mock = await startMockEcr();
  await mock[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]();
  await assert.rejects(mock.clock.get());
});

const START = "import('mock-ecr').then(({ startMockEcr }) => startMockEcr()).then((mock) => console.log(mock.url))";

test('a mock ends with the process of Node.js', async () => {
  const { stdout } = await run(process.execPath, ['--eval', START], { cwd: new URL('.', import.meta.url).pathname });
  await stopped(stdout.trim());
});

test('a mock ends if the process of Node.js is killed', async () => {
  const killed = spawn(process.execPath, ['--eval', `${START}.then(() => setInterval(() => {}, 1000))`], {
    cwd: new URL('.', import.meta.url).pathname,
  });
  const [output] = await once(killed.stdout, 'data');
  const url = output.toString().trim();
  assert.ok(await isReachable(url));
  killed.kill('SIGKILL');
  await stopped(url);
});

// vitest can run the tests of a file in a thread.
test('a mock ends with the thread that started it', async () => {
  const code = `import('mock-ecr').then(async ({ startMockEcr }) => {
    require('node:worker_threads').parentPort.postMessage((await startMockEcr()).url);
    setInterval(() => {}, 1000);
  })`;
  const worker = new Worker(code, { eval: true });
  const [url] = await once(worker, 'message');
  assert.ok(await isReachable(url));
  await worker.terminate();
  await stopped(url);
});

async function stopped(url) {
  assert.match(url, /^http:/);
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!(await isReachable(url))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${url} is still reachable after 5 s`);
}

function isReachable(url) {
  return new Promise((resolve) => {
    const request = http.get(`${url}/_mock/health`, { agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    request.on('error', () => resolve(false));
  });
}
