// The recipes of the console are those of the documentation.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { RECIPES } from '../../crates/mock-ecr/src/web/console/faultform.js';

/** Calls in the documentation that are no recipes of the console, with the reason. */
const NO_RECIPES = [
  [{ path: 'clock/advance', body: { by: '301s' } }, 'the first recipe with another duration'],
  [{ path: 'tokens/revoke', body: { principal: 'arn:aws:iam::123456789012:user/developer' } }, 'the view of the tokens has buttons for it'],
  [{ path: 'faults', body: { match: { service: 'registry', after: 3 }, action: { error: 'InvalidSignatureException' } } }, 'stands for a revocation in a configuration'],
];

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = (text, language) => [...text.matchAll(new RegExp(`^\`\`\`${language}[^\n]*\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block);

/** Returns the calls of the blocks `http`. */
function httpCalls(text) {
  return blocks(text, 'http').map((block) => {
    const [, path, body] = /^POST \/_mock\/(\S+)\n([^]*)$/.exec(block);
    return { path, body: JSON.parse(body) };
  });
}

/** Returns the calls that add the faults of the blocks `toml`. */
function tomlCalls(text) {
  const faults = blocks(text, 'toml').flatMap((block) => block.split('[[faults]]\n').slice(1));
  return faults.map((fault) => {
    const keys = [...fault.matchAll(/^(match|action) = (.*?)(?: #.*)?$/gm)];
    const json = (value) => JSON.parse(value.replace(/(\w+) = /g, '"$1": '));
    return { path: 'faults', body: Object.fromEntries(keys.map(([, key, value]) => [key, json(value)])) };
  });
}

const texts = ['crates/mock-ecr/COOKBOOK.md', 'docs/src/guides/faults.md'].map(read);
const documented = texts.flatMap((text) => [...httpCalls(text), ...tomlCalls(text)]);
const contains = (calls, call) => calls.some((other) => {
  try {
    assert.deepEqual(other, call);
    return true;
  } catch {
    return false;
  }
});

test('each recipe of the console is in the documentation', () => {
  assert.ok(documented.length > 30, `${documented.length} calls`);
  for (const { title, call: { path, body } } of RECIPES) assert.ok(contains(documented, { path, body }), `${title}: ${JSON.stringify(body)}`);
});

test('each fault of the documentation is a recipe of the console', () => {
  const known = [...RECIPES.map(({ call: { path, body } }) => ({ path, body })), ...NO_RECIPES.map(([call]) => call)];
  for (const call of documented) assert.ok(contains(known, call), JSON.stringify(call));
});

test('each exception is in the documentation', () => {
  for (const [call] of NO_RECIPES) assert.ok(contains(documented, call), JSON.stringify(call));
});
