'use strict';
// The options of `startMockEcr` and the command line that they become.

/** The options that are options of `mock-ecr run`, with their types. */
const FLAGS = {
  auth: ['--auth', 'string'],
  clock: ['--clock', 'string'],
  config: ['--config', 'string'],
  createOnPush: ['--create-on-push', 'boolean'],
  dialect: ['--dialect', 'string'],
  layers: ['--layers', 'string'],
  log: ['--log', 'string'],
  port: ['--listen', 'number'],
  proxyEndpoint: ['--proxy-endpoint', 'string'],
  region: ['--region', 'string'],
  seed: ['--seed', 'string'],
  store: ['--store', 'string'],
  tokenTtl: ['--token-ttl', 'string'],
};

/** The options that the command line does not contain. */
const OTHERS = { program: 'string', startTimeout: 'number' };

/** Returns the arguments of `mock-ecr run` for these options. */
function toArguments(options) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.flatMap(([name, value]) => {
    const [flag, type] = FLAGS[name] ?? [undefined, OTHERS[name]];
    check(name, value, type);
    return flag === undefined ? [] : argument(name, flag, value);
  });
}

function check(name, value, type) {
  if (type === undefined) {
    const known = [...Object.keys(FLAGS), ...Object.keys(OTHERS)].sort().join(', ');
    throw new TypeError(`unknown option ${name}: expected one of ${known}`);
  }
  if (typeof value !== type) {
    throw new TypeError(`invalid value for ${name}: expected a ${type}, found ${typeof value}`);
  }
}

function argument(name, flag, value) {
  if (typeof value === 'boolean') {
    return value ? [flag] : [];
  }
  const text = name === 'port' ? `127.0.0.1:${value}` : value;
  // One argument, so that a value that begins with `-` is not an option.
  return [`${flag}=${text}`];
}

module.exports = { toArguments };
