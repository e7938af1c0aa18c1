'use strict';
// The process of a mock.

const { execFile, spawn } = require('node:child_process');
// These functions stay real if a test replaces the timers.
const { clearTimeout, setTimeout } = require('node:timers');
const { promisify } = require('node:util');

const { toArguments } = require('./options.js');
const { findProgram } = require('./program.js');

const START_TIMEOUT = 30_000;
const STOP_TIMEOUT = 10_000;
const LONGEST_OUTPUT = 64 * 1024;

/**
 * The command that `mock-ecr run` starts. It prints the environment variables and an empty line, and ends at the end of its input. The input is
 * a pipe of this process. The system closes the pipe when this process ends in any way, and `mock-ecr run` ends with its command.
 */
const COMMAND = '"$1" env --format json && echo && exec cat >/dev/null';

class Server {
  /** Starts a mock, and returns its server when it accepts connections. */
  static async start(options) {
    const flags = toArguments(options);
    const server = new Server(findProgram(options.program), flags);
    try {
      server.env = await server.#started(options.startTimeout ?? START_TIMEOUT);
    } catch (error) {
      server.#kill();
      throw error;
    } finally {
      server.#unref();
    }
    return server;
  }

  #program;
  #child;
  #exited;
  #closed;
  #stderr = '';
  #isStarted = false;

  constructor(program, flags) {
    this.#program = program;
    const command = ['sh', '-c', COMMAND, 'sh', program];
    // In its own process group, so that Ctrl-C does not end the mock before the tests.
    this.#child = spawn(program, ['run', ...flags, '--', ...command], { detached: true, env: environment(), stdio: 'pipe' });
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
    // After the exit, the rest of the output is read.
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', resolve);
      this.#child.once('error', resolve);
    });
    // The process can have ended when its input is closed.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.setEncoding('utf8').on('data', (text) => this.#log(text));
  }

  /** Prints the log of the mock, but not before it has started: then the text is part of the error. */
  #log(text) {
    if (this.#isStarted) {
      process.stderr.write(text);
    } else {
      this.#stderr = (this.#stderr + text).slice(-LONGEST_OUTPUT);
    }
  }

  async #started(timeout) {
    let timer;
    const expired = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`mock-ecr did not start within ${timeout} ms: ${this.#stderr.trim()}`)), timeout);
    });
    try {
      const env = await Promise.race([this.#environment(), this.#failure(), expired]);
      this.#isStarted = true;
      return env;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the environment variables that the command prints. */
  #environment() {
    return new Promise((resolve, reject) => {
      let text = '';
      this.#child.stdout.setEncoding('utf8').on('data', (part) => {
        text = (text + part).slice(-LONGEST_OUTPUT);
        if (text.endsWith('\n\n')) {
          try {
            resolve(JSON.parse(text));
          } catch (cause) {
            reject(new Error(`${this.#program} printed no JSON: ${text.trim()}`, { cause }));
          }
        }
      });
    });
  }

  async #failure() {
    const result = await this.#closed;
    const reason = result instanceof Error ? result.message : this.#stderr.trim();
    throw new Error(`mock-ecr could not start: ${reason || this.#ending()}`);
  }

  /** The event loop of Node.js ends although the mock still runs. */
  #unref() {
    for (const handle of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      handle?.unref?.();
    }
  }

  /** Returns why the process ended, or undefined if it runs. */
  #ending() {
    const { exitCode, signalCode } = this.#child;
    return exitCode !== null || signalCode !== null ? `it ended with ${signalCode ?? `exit code ${exitCode}`}` : undefined;
  }

  get ended() {
    return this.#ending();
  }

  /** The ID of the process. */
  get pid() {
    return this.#child.pid;
  }

  /** Returns what a command of `mock-ecr` prints for this mock. */
  async output(...command) {
    const env = { ...environment(), MOCK_ECR_URL: this.env.MOCK_ECR_URL };
    const { stdout } = await promisify(execFile)(this.#program, command, { env, maxBuffer: Infinity });
    return stdout;
  }

  /** Stops the mock, and waits until its process has ended. */
  async stop() {
    this.#child.ref();
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#kill(), STOP_TIMEOUT);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Kills the mock and its command, which are a process group. */
  #kill() {
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The processes have ended, or never started.
    }
  }
}

/** Returns the environment of the mock. These variables belong to another mock, such as one that runs the tests. */
function environment() {
  const { MOCK_ECR_CONTROL_KEY, MOCK_ECR_URL, ...others } = process.env;
  return others;
}

module.exports = { Server };
