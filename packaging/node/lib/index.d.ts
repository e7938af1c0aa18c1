/// <reference lib="esnext.disposable" />

import type {
  ActiveFault,
  Clock,
  Fault,
  FaultId,
  GetRequestsQuery,
  GetRequestsWaitQuery,
  IssuedToken,
  IssueToken,
  ReceivedRequest,
  Reset,
  Revocations,
  RevokeTokens,
  Token,
  TokenInspection,
} from './control-api';

export * from './control-api';

/**
 * Starts a mock on a free port of 127.0.0.1. The mock stops when `stop` is called or when the process of Node.js ends, even if that process is
 * killed. A running mock does not keep the process of Node.js running.
 */
export function startMockEcr(options?: MockEcrOptions): Promise<MockEcr>;

/** The options of a mock. `mock-ecr run --help` describes the values and the defaults. */
export interface MockEcrOptions {
  /** How the signatures of API requests are verified. */
  auth?: 'strict' | 'lenient';
  /** `system`, `frozen`, or a timestamp at which the clock is frozen. */
  clock?: string;
  /** The path of a configuration file in TOML. */
  config?: string;
  /** Creates a repository that does not exist when an image is pushed to it. */
  createOnPush?: boolean;
  /** The dialect of the registry. */
  dialect?: 'ecr' | 'oci';
  /** The location of layers: `file:DIR` or `s3://BUCKET/PREFIX`. */
  layers?: string;
  /** The level of the log on stderr. */
  log?: 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** The port. The default is a free port. */
  port?: number;
  /** The path of the program `mock-ecr`. The default is MOCK_ECR_PROGRAM, then the platform package, then the PATH. */
  program?: string;
  /** The form of `proxyEndpoint` and `repositoryUri`: `aws`, `mock`, or a template. */
  proxyEndpoint?: string;
  /** The Region of requests that do not specify a Region. */
  region?: string;
  /** The seed of token keys and random values. */
  seed?: string;
  /** The maximum duration of the start, in milliseconds. The default is 30,000. */
  startTimeout?: number;
  /** The store: `memory`, `file:DIR`, or the URL of a database. */
  store?: string;
  /** The TTL of issued tokens, such as `12h`. */
  tokenTtl?: string;
}

/** A running mock. */
export interface MockEcr extends AsyncDisposable {
  /** The URL of the mock, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** The ID of the process of the mock. */
  readonly pid: number;
  /** The environment variables that redirect a client to the mock. A variable whose value is `null` must be removed. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly clock: MockClock;
  readonly faults: MockFaults;
  readonly requests: MockRequests;
  readonly tokens: MockTokens;
  /** Returns the endpoint, Region and credentials for a client of the AWS SDK for JavaScript v3. */
  awsConfig(): AwsConfig;
  /** Restores the initial state of the mock: clock, tokens, faults, request log and, unless they are preserved, images. */
  reset(options?: Reset): Promise<void>;
  /** Stops the mock, and waits until its process has ended. */
  stop(): Promise<void>;
}

export interface AwsConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** The clock of a mock. */
export interface MockClock {
  get(): Promise<Clock>;
  /** Sets the time. The clock stays frozen or continues to run. */
  set(to: string | Date): Promise<Clock>;
  /** Moves the clock forward by a duration, such as `12h` or `1500ms`. */
  advance(by: string): Promise<Clock>;
  freeze(): Promise<Clock>;
  run(): Promise<Clock>;
}

/** The faults of a mock. */
export interface MockFaults {
  add(fault: Fault): Promise<ActiveFault>;
  /** Removes a fault and returns it, or returns undefined if the mock has no such fault. */
  remove(fault: ActiveFault | FaultId): Promise<ActiveFault | undefined>;
  list(): Promise<ActiveFault[]>;
  /** Removes all faults and returns them. */
  clear(): Promise<ActiveFault[]>;
  /** Returns the number of requests whose response the fault has changed. */
  triggered(fault: ActiveFault | FaultId): Promise<number>;
}

/** The request log of a mock. */
export interface MockRequests {
  /** Returns the requests that match the filters, oldest first. By default, calls of the control API are not included. */
  list(filters?: GetRequestsQuery): Promise<ReceivedRequest[]>;
  /** Waits until the log contains `count` matching requests (default: 1). Fails if the timeout expires first. */
  wait(filters?: GetRequestsWaitQuery): Promise<ReceivedRequest[]>;
  /** Removes all requests, and returns their number. Calls of the control API are included. */
  clear(): Promise<number>;
  /** Returns the request log as text, as `mock-ecr request` prints it. */
  table(): Promise<string>;
}

/** The tokens of a mock. */
export interface MockTokens {
  issue(options?: IssueToken): Promise<IssuedToken>;
  list(): Promise<Token[]>;
  inspect(token: string): Promise<TokenInspection>;
  revoke(tokens: RevokeTokens): Promise<Revocations>;
}

/** An error of the control API. */
export class MockEcrError extends Error {
  /** The status of the response. */
  readonly status: number;
  /** The error code, which does not change between versions. */
  readonly code: string;
  /** The invalid field or query parameter. */
  readonly at?: string;
}
