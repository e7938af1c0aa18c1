'use strict';
// Finds the program `mock-ecr`.

const fs = require('node:fs');
const path = require('node:path');

const { optionalDependencies } = require('../package.json');

/** Returns the path of the program: that of the caller, of MOCK_ECR_PROGRAM, of the platform package, or on the PATH, in this order. */
function findProgram(program) {
  const named = program ?? process.env.MOCK_ECR_PROGRAM;
  if (named) {
    const source = program === undefined ? 'MOCK_ECR_PROGRAM' : 'the option program';
    return checkProgram(named, source);
  }
  const found = programOfPackage() ?? programOnPath();
  if (found === undefined) {
    throw new Error(missingProgram());
  }
  return found;
}

function checkProgram(program, source) {
  if (!isProgram(program)) {
    throw new Error(`${source} is ${JSON.stringify(program)}, which is not an executable file; expected the path of the program mock-ecr`);
  }
  // A test can change the working directory.
  return path.resolve(program);
}

function platformPackage() {
  return `@mock-ecr/${process.platform}-${process.arch}`;
}

function programOfPackage() {
  try {
    return require.resolve(`${platformPackage()}/bin/mock-ecr`);
  } catch {
    return undefined;
  }
}

function programOnPath() {
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = directories.filter(path.isAbsolute).map((directory) => path.join(directory, 'mock-ecr'));
  return candidates.find((candidate) => isProgram(candidate) && !isShim(candidate));
}

/** Returns whether a file is the script `bin/mock-ecr.js` of this package, in any installation. The script would call itself. */
function isShim(file) {
  return fs.realpathSync(file).endsWith('mock-ecr.js');
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function missingProgram() {
  const name = platformPackage();
  const isSupported = Object.hasOwn(optionalDependencies, name);
  const reason = isSupported
    ? `the package ${name} is not installed. Install the dependencies again without --omit=optional and --no-optional`
    : `there is no package ${name}; the platforms with a package are ${platforms()}`;
  return `the program mock-ecr was not found: ${reason}, or set MOCK_ECR_PROGRAM to the path of the program, or put its directory on the PATH`;
}

function platforms() {
  return Object.keys(optionalDependencies)
    .map((name) => name.replace('@mock-ecr/', ''))
    .join(' and ');
}

module.exports = { findProgram };
