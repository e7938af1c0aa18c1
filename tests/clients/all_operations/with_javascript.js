// Calls the operations of steps.json with the AWS SDK for JavaScript, and compares the parsed responses with the expectations.
const assert = require("assert");
const sdk = require("@aws-sdk/client-ecr");

const ecr = new sdk.ECRClient();
const saved = {};

// Replaces saved texts and the bytes of layers in a value.
function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (value?.BYTES) return Buffer.from(value.BYTES);
  if (value instanceof Object) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one)]));
  return typeof value === "string" && value.startsWith("$") ? saved[value.slice(1)] : value;
}

const at = (output, path) => path.split(".").reduce((found, key) => found[key], output);

const KINDS = {
  TIMESTAMP: (found) => found instanceof Date && !Number.isNaN(found.getTime()),
  TEXT: (found) => typeof found === "string" && found !== "",
  NUMBER: (found) => Number.isInteger(found) && found > 0,
};

async function run({ call, with: input, expect, save = {} }) {
  const output = await ecr.send(new sdk[`${call}Command`](resolve(input)));
  for (const [path, expected] of Object.entries(expect)) {
    const found = at(output, path);
    const kind = KINDS[expected];
    if (kind) assert(kind(found), `${call}: ${path}: expected ${expected}, found ${found}`);
    else assert.deepStrictEqual(found, resolve(expected), `${call}: ${path}: found ${JSON.stringify(found)}`);
  }
  for (const [name, path] of Object.entries(save)) saved[name] = at(output, path);
}

(async () => {
  for (const step of JSON.parse(require("fs").readFileSync("steps.json"))) await run(step);
})();
