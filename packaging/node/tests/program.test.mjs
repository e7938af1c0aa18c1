// The script `mock-ecr` of the package, and how the program is found.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve('mock-ecr/package.json'));
const folder = mkdtempSync(path.join(tmpdir(), 'mock-ecr-'));
after(() => rmSync(folder, { recursive: true }));

/** A copy of the package in a folder without a platform package. */
const copy = path.join(folder, 'alone');
for (const part of ['bin', 'lib', 'package.json']) {
  cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
}

function script(...args) {
  return [path.join(root, 'bin/mock-ecr.js'), ...args];
}

/** Runs the copy with these variables only. */
function alone(env, ...args) {
  return spawnSync(process.execPath, [path.join(copy, 'bin/mock-ecr.js'), ...args], { encoding: 'utf8', env });
}

function program(name, text) {
  const directory = path.join(folder, name);
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'mock-ecr'), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return directory;
}

test('the script passes arguments, streams and the exit code on', () => {
  const version = spawnSync(process.execPath, script('--version'), { encoding: 'utf8' });
  assert.match(version.stdout, /^mock-ecr \d/);
  const failed = spawnSync(process.execPath, script('run', '--', 'sh', '-c', 'cat; exit 7'), { encoding: 'utf8', input: 'text' });
  assert.deepEqual([failed.stdout, failed.status], ['text', 7]);
});

test('SIGTERM to the script ends a mock', async () => {
  const child = spawn(process.execPath, script('serve', '--port', '0'));
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  const [code, signal] = await once(child, 'exit');
  assert.deepEqual([code, signal], [0, null]);
});

test('the script ends by the signal that ended the program', () => {
  const directory = program('signal', 'kill -TERM $$');
  const ended = alone({ PATH: '', MOCK_ECR_PROGRAM: path.join(directory, 'mock-ecr') });
  assert.equal(ended.signal, 'SIGTERM');
});

test('without a platform package, the program on the PATH is used', () => {
  const directory = program('path', 'echo found');
  assert.equal(alone({ PATH: `relative:${directory}` }).stdout, 'found\n');
});

test('the script never calls itself', () => {
  const directory = path.join(folder, 'links');
  mkdirSync(directory);
  symlinkSync(path.join(root, 'bin/mock-ecr.js'), path.join(directory, 'mock-ecr'));
  const result = alone({ PATH: directory });
  assert.equal(result.status, 1);
  assert.match(result.stderr, /the program mock-ecr was not found/);
});

test('without any program, the error names the missing package and the alternatives', () => {
  const { status, stderr } = alone({ PATH: '' });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`^error: .*@mock-ecr/${process.platform}-${process.arch} .*MOCK_ECR_PROGRAM.*PATH\n$`));
});

test('MOCK_ECR_PROGRAM must be the path of a program', () => {
  const { stderr } = alone({ PATH: '', MOCK_ECR_PROGRAM: '/missing' });
  assert.match(stderr, /MOCK_ECR_PROGRAM is "\/missing", which is not an executable file/);
});
