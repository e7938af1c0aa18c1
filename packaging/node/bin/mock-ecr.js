#!/usr/bin/env node
'use strict';
// Runs the program `mock-ecr` of this platform, with the same arguments, streams, signals and exit code.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const { findProgram } = require('../lib/program.js');

/** A terminal sends these signals to all processes in the foreground. A second signal would end `mock-ecr serve` at once. */
const TERMINAL_SIGNALS = ['SIGINT', 'SIGQUIT'];
const SIGNALS = [...TERMINAL_SIGNALS, 'SIGTERM', 'SIGHUP', 'SIGUSR2'];

function main() {
  const child = spawn(program(), process.argv.slice(2), { stdio: 'inherit' });
  for (const signal of SIGNALS) {
    process.on(signal, () => forward(child, signal));
  }
  child.on('error', (error) => fail(error));
  child.on('exit', exit);
}

function program() {
  try {
    return findProgram();
  } catch (error) {
    return fail(error);
  }
}

function forward(child, signal) {
  if (!TERMINAL_SIGNALS.includes(signal) || !process.stdin.isTTY) {
    child.kill(signal);
  }
}

/** Exits as the program did: with its exit code, or by the same signal. */
function exit(code, signal) {
  if (signal === null) {
    process.exit(code);
  }
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // If the signal is ignored, the exit code is that of a shell.
  process.exitCode = 128 + constants.signals[signal];
}

function fail(error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}

main();
