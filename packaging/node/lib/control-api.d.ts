// Generated from crates/mock-ecr/openapi.json by scripts/generate-types.mjs.

/**
 * The status of the mock.
 */
export type Health = {
  /**
   * Always `ok`.
   */
  status: Status;
  /**
   * The version of mock-ecr.
   */
  version: string;
  /**
   * The current time of the mock's clock.
   */
  now: string;
};

/**
 * The status of the mock.
 */
export type Status = "ok";

/**
 * The body of every error response.
 */
export type Problem = {
  /**
   * What is wrong and what was expected. The text can change between versions.
   */
  error: string;
  /**
   * The error code, which does not change between versions.
   */
  code: string;
  /**
   * The invalid field of the body or the invalid query parameter.
   */
  at?: string | null;
};

/**
 * The configuration of a mock. The keys are those of the TOML file, except `faults`. The key `control_key` is added.
 */
export type Config = {
  /**
   * The seed of the keys of tokens and of the random values. Anyone who knows the seed can issue tokens that the
   * mock accepts. If the mock is used for anything other than tests, keep the seed secret.
   */
  seed: string;
  /**
   * The default Region.
   */
  region: string;
  /**
   * The Regions that the configuration can contain in addition to the known Regions.
   */
  additional_regions: Array<string>;
  /**
   * The accounts that exist.
   */
  accounts: Array<Account>;
  /**
   * The principals.
   */
  principals: Array<Principal>;
  /**
   * The TTL of tokens, such as `12h`.
   */
  token_ttl: string;
  /**
   * The approximate length of an `authorizationToken`, in characters.
   */
  token_length: number;
  /**
   * The initial state of the clock: `system`, or the timestamp at which it was frozen.
   */
  clock: string;
  /**
   * The clock that the dates of signatures are compared with: `mock` or `either`.
   */
  sigv4_clock: string;
  /**
   * Whether credentials and signatures are verified: `strict` or `lenient`.
   */
  auth: string;
  /**
   * The form of `proxyEndpoint` and `repositoryUri`: `aws`, `mock` or a template.
   */
  proxy_endpoint: string;
  /**
   * Where repositories and images are stored: `memory`, `file:DIRECTORY`, or the URL of a database without its password and parameters.
   */
  store: string;
  /**
   * Where layers are stored: `file:DIRECTORY` or `s3://BUCKET/PREFIX`. Null if `layers` is not set.
   */
  layers?: string | null;
  /**
   * Where the certificate authority is stored: `memory` or `file:DIRECTORY`. Null if the mock does not accept TLS.
   */
  tls?: string | null;
  /**
   * The control key, masked. Null if none is set.
   */
  control_key?: Redacted | null;
  /**
   * Whether the registry behaves like ECR (`ecr`) or like OCI Distribution 1.1 (`oci`).
   */
  dialect: string;
  /**
   * All quirks, and whether the registry has them.
   */
  quirks: Record<string, boolean>;
  /**
   * The initial repositories.
   */
  repositories: Array<Repository>;
  /**
   * The initial settings of registries.
   */
  registries: Array<Registry>;
  /**
   * The initial scanning configurations of registries.
   */
  registry_scanning: Array<RegistryScanning>;
  /**
   * The initial replication configurations of registries.
   */
  registry_replication: Array<RegistryReplication>;
  /**
   * The results of the scans of images.
   */
  scan_results: Array<ImageScanResult>;
  /**
   * The initial pull-through cache rules of registries.
   */
  pull_through_cache_rules: Array<PullThroughCacheRule>;
  /**
   * The secrets with the credentials for upstream registries.
   */
  secrets: Array<StoredSecret>;
  /**
   * The addresses of the upstream registries of pull-through caches.
   */
  upstreams: Upstreams;
  /**
   * Whether a push creates a missing repository.
   */
  create_on_push: boolean;
  /**
   * The default of the account setting `BLOB_MOUNTING`.
   */
  blob_mounting: boolean;
  /**
   * Whether a principal can access repositories of other accounts: `policy` if the policy of the repository must
   * allow it, or `open` if it can access every repository.
   */
  cross_account: string;
  /**
   * What happens if a policy contains a condition that the mock does not evaluate: `reject` or `ignore`.
   */
  unknown_conditions: string;
  /**
   * The limits of connections, memory, streams and waits.
   */
  limits: Limits;
  /**
   * The quotas of ECR that the mock applies.
   */
  quotas: Quotas;
  /**
   * The durations of work that ECR does in the background.
   */
  background: Background;
};

/**
 * An AWS account.
 */
export type Account = {
  /**
   * The ID of the account, 12 digits.
   */
  id: string;
};

/**
 * A principal and its credentials.
 */
export type Principal = {
  /**
   * The ARN.
   */
  arn: string;
  /**
   * The access key ID.
   */
  access_key_id: string;
  /**
   * The secret access key, masked.
   */
  secret_access_key: Redacted;
  /**
   * The session token, masked, if the credentials are temporary.
   */
  session_token?: Redacted | null;
  /**
   * When the credentials expire. Null if they do not expire.
   */
  expires?: string | null;
  /**
   * The patterns of allowed actions.
   */
  allow: Array<string>;
  /**
   * The patterns of denied actions. They take precedence.
   */
  deny: Array<string>;
  /**
   * The values of condition keys in the requests of the principal, such as `aws:PrincipalOrgID`.
   */
  context: Record<string, string>;
};

/**
 * A secret that is set. Its value is not returned.
 */
export type Redacted = "(masked)";

/**
 * An initial repository.
 */
export type Repository = {
  /**
   * The name.
   */
  name: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * Whether tags can be moved: `MUTABLE` or `IMMUTABLE`.
   */
  image_tag_mutability: string;
  /**
   * The filters of the tags to which `image_tag_mutability` does not apply.
   */
  image_tag_mutability_exclusion_filters: Array<string>;
  /**
   * Whether an image is scanned when it is pushed.
   */
  scan_on_push: boolean;
  /**
   * The encryption.
   */
  encryption: Encryption;
  /**
   * The resource tags.
   */
  resource_tags: Record<string, string>;
  /**
   * The policy in JSON, if there is one.
   */
  policy?: string | null;
  /**
   * The lifecycle policy in JSON, if there is one.
   */
  lifecycle_policy?: string | null;
  /**
   * The directory of the OCI image layout with the images, if there is one.
   */
  layout?: string | null;
};

/**
 * The encryption of a repository.
 */
export type Encryption = {
  /**
   * The type: `AES256`, `KMS` or `KMS_DSSE`.
   */
  encryption_type: string;
  /**
   * The ARN of the key, if there is one.
   */
  kms_key?: string | null;
};

/**
 * The initial settings of a registry.
 */
export type Registry = {
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The policy in JSON, if there is one.
   */
  policy?: string | null;
  /**
   * The account settings: names and values.
   */
  account_settings: Record<string, string>;
  /**
   * The repository creation templates.
   */
  creation_templates: Array<CreationTemplate>;
  /**
   * The ARNs of the users and roles whose pulls are not recorded.
   */
  pull_time_update_exclusions: Array<string>;
  /**
   * The signing configuration, if there is one.
   */
  signing?: SigningConfiguration | null;
};

/**
 * A repository creation template.
 */
export type CreationTemplate = {
  /**
   * The prefix of the repositories, or `ROOT`.
   */
  prefix: string;
  /**
   * The causes to which the template applies: `CREATE_ON_PUSH`, `PULL_THROUGH_CACHE` and `REPLICATION`.
   */
  applied_for: Array<string>;
  /**
   * A description.
   */
  description?: string | null;
  /**
   * Whether tags can be moved: `MUTABLE` or `IMMUTABLE`.
   */
  image_tag_mutability: string;
  /**
   * The filters of the tags to which `image_tag_mutability` does not apply.
   */
  image_tag_mutability_exclusion_filters: Array<string>;
  /**
   * The encryption of the repositories.
   */
  encryption: Encryption;
  /**
   * The resource tags of the repositories.
   */
  resource_tags: Record<string, string>;
  /**
   * The policy of the repositories in JSON, if there is one.
   */
  repository_policy?: string | null;
  /**
   * The lifecycle policy of the repositories in JSON, if there is one.
   */
  lifecycle_policy?: string | null;
  /**
   * The ARN of a role.
   */
  custom_role_arn?: string | null;
};

/**
 * The signing configuration of a registry: which pushed images are signed. The images of the initial repositories are signed,
 * too.
 */
export type SigningConfiguration = {
  /**
   * The rules, at most ten.
   */
  rules?: Array<SigningRule>;
};

/**
 * A rule of a signing configuration.
 */
export type SigningRule = {
  /**
   * The ARN of a signing profile in the Region of the registry.
   */
  signing_profile_arn: string;
  /**
   * Patterns of the names of the repositories to which the rule applies, such as `prod/*`, at most 100. If the list is empty,
   * the rule applies to all repositories.
   */
  filters?: Array<string>;
};

/**
 * The initial scanning configuration of a registry.
 */
export type RegistryScanning = {
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The type of scanning: `BASIC` or `ENHANCED`.
   */
  scan_type: string;
  /**
   * The repositories whose images are scanned.
   */
  rules: Array<ScanRule>;
};

/**
 * The repositories to which a scan frequency applies.
 */
export type ScanRule = {
  /**
   * When the images are scanned: `MANUAL`, `SCAN_ON_PUSH` or `CONTINUOUS_SCAN`.
   */
  scan_frequency: string;
  /**
   * The filters of the repositories.
   */
  filters: Array<string>;
};

/**
 * The initial replication configuration of a registry.
 */
export type RegistryReplication = {
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The rules.
   */
  rules: Array<ReplicationRule>;
};

/**
 * The registries to which the pushed images of some repositories are replicated.
 */
export type ReplicationRule = {
  /**
   * The registries to which images are replicated.
   */
  destinations: Array<ReplicationDestination>;
  /**
   * Prefixes of the names of the repositories. If the list is empty, the rule applies to all repositories.
   */
  filters: Array<string>;
  /**
   * Whether deletions are replicated.
   */
  delete_replication: boolean;
};

/**
 * A registry to which images are replicated.
 */
export type ReplicationDestination = {
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
};

/**
 * The result of the scans of one image of a repository. In a configuration, the repository and the image need not exist yet.
 */
export type ImageScanResult = {
  /**
   * The name of the repository.
   */
  repository: string;
  /**
   * The ID of the account. The default is the default account of the configuration.
   */
  account?: string | null;
  /**
   * The Region. The default is the default Region of the configuration.
   */
  region?: string | null;
  /**
   * The tag or the digest of the image.
   */
  image: string;
  /**
   * The status of a scan that has ended. The default is that of a successful scan: `COMPLETE`, or `ACTIVE` in a registry
   * with enhanced scanning.
   */
  status?: ScanStatus | null;
  /**
   * The description of the status. The default is that of ECR for the status, if it is known.
   */
  description?: string | null;
  /**
   * The findings. By default, they are derived from the seed and the digest of the image. A scan with a status other than
   * `COMPLETE` and `ACTIVE` has no findings.
   */
  findings?: Array<Finding> | null;
};

/**
 * The status of a scan that has ended. Source: `ScanStatus` in the service model, without `IN_PROGRESS`, which a scan has
 * until it ends.
 */
export type ScanStatus =
  /**
   * The scan succeeded.
   */
  | "COMPLETE"
  /**
   * The scan failed, for example because the operating system of the image is not supported.
   */
  | "FAILED"
  /**
   * The image is of a type that cannot be scanned.
   */
  | "UNSUPPORTED_IMAGE"
  /**
   * Amazon Inspector scans the image continuously.
   */
  | "ACTIVE"
  /**
   * Amazon Inspector has not scanned the image yet.
   */
  | "PENDING"
  /**
   * Amazon Inspector does not scan the image any longer.
   */
  | "SCAN_ELIGIBILITY_EXPIRED"
  /**
   * There are no findings, although the image was scanned.
   */
  | "FINDINGS_UNAVAILABLE"
  /**
   * A limit does not permit the scan.
   */
  | "LIMIT_EXCEEDED"
  /**
   * The image is archived.
   */
  | "IMAGE_ARCHIVED"
  /**
   * The image is too large.
   */
  | "IMAGE_SIZE_EXCEEDED";

/**
 * A vulnerability that a scan finds in a package of an image. `DescribeImageScanFindings` returns it in the shape of the
 * scan type of the registry.
 */
export type Finding = {
  /**
   * The ID of the vulnerability, such as `CVE-2022-49043`.
   */
  name: string;
  /**
   * The severity.
   */
  severity: FindingSeverity;
  /**
   * A description of the vulnerability.
   */
  description?: string | null;
  /**
   * The URL of a page about the vulnerability.
   */
  uri?: string | null;
  /**
   * The name of the package.
   */
  package?: string | null;
  /**
   * The version of the package.
   */
  version?: string | null;
  /**
   * The version of the package in which the vulnerability is fixed. Without it, there is no fix.
   */
  fixed_in?: string | null;
  /**
   * The base score of CVSS 3.1, from 0 to 10.
   */
  score?: number | null;
  /**
   * The vector of CVSS 3.1.
   */
  vector?: string | null;
  /**
   * Whether an exploit is known. The default is `false`.
   */
  exploit_available?: boolean;
};

/**
 * The severity of a finding, in the order of lists of findings.
 */
export type FindingSeverity =
  /**
   * A critical vulnerability.
   */
  | "CRITICAL"
  /**
   * A vulnerability of high severity.
   */
  | "HIGH"
  /**
   * A vulnerability of medium severity.
   */
  | "MEDIUM"
  /**
   * A vulnerability of low severity.
   */
  | "LOW"
  /**
   * A vulnerability that is no security problem.
   */
  | "INFORMATIONAL"
  /**
   * A vulnerability whose severity is not known.
   */
  | "UNDEFINED";

/**
 * The initial pull-through cache rule of a registry.
 */
export type PullThroughCacheRule = {
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The prefix of the repositories of the cache, or `ROOT`.
   */
  ecr_repository_prefix: string;
  /**
   * The host name of the upstream registry.
   */
  upstream_registry_url: string;
  /**
   * The prefix of the repositories in the upstream registry, or `ROOT`.
   */
  upstream_repository_prefix: string;
  /**
   * The ARN of the secret with the credentials for the upstream registry.
   */
  credential_arn?: string | null;
  /**
   * The ARN of the role for an upstream registry of Amazon ECR in another account.
   */
  custom_role_arn?: string | null;
};

/**
 * A secret with the credentials for an upstream registry.
 */
export type StoredSecret = {
  /**
   * The ARN.
   */
  arn: string;
  /**
   * The text of the secret, masked.
   */
  value: Redacted;
  /**
   * Whether Amazon ECR can read the secret: `readable`, `denied` or `undecryptable`.
   */
  access: string;
};

/**
 * Where a mock reaches upstream registries.
 */
export type Upstreams = {
  /**
   * The addresses, such as `http://127.0.0.1:5000`, by the host name of the upstream registry.
   */
  addresses: Record<string, string>;
  /**
   * The permitted hosts of addresses that are not on this machine.
   */
  allowed_hosts: Array<string>;
  /**
   * The maximum duration of the import of one image, such as `1m`.
   */
  timeout: string;
};

/**
 * The limits.
 */
export type Limits = {
  /**
   * The maximum number of open connections.
   */
  connections: number;
  /**
   * The maximum number of bytes of requests and responses in memory.
   */
  buffer_bytes: number;
  /**
   * The maximum number of open streams of requests.
   */
  streams: number;
  /**
   * The maximum number of requests that wait for other requests.
   */
  waits: number;
};

/**
 * The quotas. Null if the number is not limited.
 */
export type Quotas = {
  /**
   * The maximum number of images of a repository.
   */
  images_per_repository?: number | null;
  /**
   * The maximum number of repositories of an account in a Region.
   */
  repositories?: number | null;
  /**
   * The maximum number of basic scans of a registry that start on one day.
   */
  scans_per_day?: number | null;
  /**
   * The maximum number of tags of an image.
   */
  tags_per_image?: number | null;
};

/**
 * The durations of work in the background, such as `1s`.
 */
export type Background = {
  /**
   * The duration of a preview of a lifecycle policy.
   */
  lifecycle_preview_duration: string;
  /**
   * The time from a push to the end of its replication.
   */
  replication_delay: string;
  /**
   * The duration of the restoration of an archived image.
   */
  restore_duration: string;
  /**
   * The duration of a scan of an image.
   */
  scan_duration: string;
  /**
   * The duration of the signature of a pushed image.
   */
  signing_duration: string;
};

/**
 * What a reset preserves.
 */
export type Reset = {
  /**
   * What is preserved. The default is `nothing`.
   */
  keep?: Preserved;
};

/**
 * What a reset preserves.
 */
export type Preserved =
  /**
   * Nothing. Repositories, and the settings of accounts and registries, are reset to those of the configuration.
   */
  | "nothing"
  /**
   * The repositories with their images, and the settings of accounts and registries.
   */
  | "images";

/**
 * The state of the mock's clock.
 */
export type Clock = {
  /**
   * The current time of the clock, in RFC 3339 with milliseconds, in UTC.
   */
  now: string;
  /**
   * Whether the clock is frozen or running.
   */
  state: ClockState;
};

/**
 * Whether a clock is frozen or running.
 */
export type ClockState =
  /**
   * The clock changes only when it is moved.
   */
  | "frozen"
  /**
   * The clock runs at the speed of the system's clock.
   */
  | "running";

/**
 * How far the clock is moved forward.
 */
export type AdvanceClock = {
  /**
   * A duration, such as `12h`, `90m` or `1500ms`.
   */
  by: string;
};

/**
 * The new time of the clock.
 */
export type SetClock = {
  /**
   * A timestamp in RFC 3339, such as `2030-01-01T00:00:00Z`.
   */
  to: string;
};

/**
 * An object without fields.
 */
export type EmptyBody = Record<string, never>;

/**
 * Tokens and their uses.
 */
export type Tokens = {
  /**
   * The number of tokens issued since the start or the last reset.
   */
  issued: number;
  /**
   * The records of the tokens, oldest first.
   */
  tokens: Array<Token>;
};

/**
 * The record of a token. It does not contain the token itself.
 */
export type Token = {
  /**
   * The ID of the token in the request log and in revocations: 16 hexadecimal digits.
   */
  id: string;
  /**
   * The ARN of the principal that the token authenticates.
   */
  principal: string;
  /**
   * The account of the principal.
   */
  account: string;
  /**
   * The Region whose registries accept the token.
   */
  region: string;
  /**
   * When the token was issued.
   */
  issued: string;
  /**
   * When the token expires. It is invalid from this time on.
   */
  expires: string;
  /**
   * How often the token was presented to the registry, valid or not.
   */
  presented: number;
  /**
   * When the token was last presented, on the mock's clock.
   */
  last_presented?: string | null;
  /**
   * How often the registry rejected the token.
   */
  rejected: number;
  /**
   * The first rejection of the token by the registry. It is kept if the token is later invalid for another reason.
   */
  first_rejection?: TokenRejection | null;
  /**
   * The revocation of the token.
   */
  revoked?: TokenRevocation | null;
  /**
   * The number of the request that the token was issued to.
   */
  issued_by_request?: number | null;
  /**
   * Whether the token is valid now.
   */
  valid: boolean;
  /**
   * Why the token is invalid.
   */
  error?: string | null;
};

/**
 * The rejection of a token by the registry.
 */
export type TokenRejection = {
  /**
   * The time of the request, on the mock's clock.
   */
  at: string;
  /**
   * The kind of the explanation, such as `token_expired`.
   */
  kind: string;
  /**
   * The text of the explanation.
   */
  text: string;
};

/**
 * The revocation of a token.
 */
export type TokenRevocation = {
  /**
   * The time of the revocation, on the mock's clock.
   */
  at?: string | null;
  /**
   * The tokens that were revoked together: `token`, `principal` or `issued_before`.
   */
  scope: string;
};

/**
 * An issued token.
 */
export type IssuedToken = {
  /**
   * The ID of the token in the request log and in revocations: 16 hexadecimal digits.
   */
  id: string;
  /**
   * The ARN of the principal that the token authenticates.
   */
  principal: string;
  /**
   * The account of the principal.
   */
  account: string;
  /**
   * The Region whose registries accept the token.
   */
  region: string;
  /**
   * When the token was issued.
   */
  issued: string;
  /**
   * When the token expires. It is invalid from this time on.
   */
  expires: string;
  /**
   * The token, as in the response of `GetAuthorizationToken`: `base64("AWS:" + password)`.
   */
  authorization_token: string;
  /**
   * The password in the token, for `docker login --username AWS`.
   */
  password: string;
  /**
   * The URL of the registry of the principal's account, as `GetAuthorizationToken` would return it to the sender of
   * this request.
   */
  proxy_endpoint: string;
};

/**
 * The principal and the Region to issue a token for.
 */
export type IssueToken = {
  /**
   * The ARN of the principal. The default is the first principal of the configuration.
   */
  principal?: string | null;
  /**
   * The account whose root user is the principal. It cannot be combined with `principal`.
   */
  account?: string | null;
  /**
   * The Region of the registries. The default is the Region of the configuration.
   */
  region?: string | null;
};

/**
 * The result of a revocation.
 */
export type Revocations = {
  /**
   * The number of recorded tokens that are still valid.
   */
  valid: number;
};

/**
 * The tokens to revoke.
 */
export type RevokeTokens =
  /**
   * One token, by its ID.
   */
  | {
    id: string;
  }
  /**
   * All tokens of a principal, including tokens that are issued later.
   */
  | {
    principal: string;
  }
  /**
   * All tokens issued before a time.
   */
  | {
    issued_before: string;
  };

/**
 * The claims of a token, and whether it is valid.
 */
export type TokenInspection = {
  /**
   * The claims, if the token was issued with the seed of this mock. They are returned for expired and revoked tokens
   * too.
   */
  claims?: Claims | null;
  /**
   * Whether the token is valid now.
   */
  valid: boolean;
  /**
   * Why the token is invalid.
   */
  error?: string | null;
  /**
   * Why the registry would reject the token. It is absent if the token is valid.
   */
  explanation?: Explanation | null;
};

/**
 * The claims of a token.
 */
export type Claims = {
  /**
   * The ID of the token in the request log and in revocations: 16 hexadecimal digits.
   */
  id: string;
  /**
   * The ARN of the principal that the token authenticates.
   */
  principal: string;
  /**
   * The account of the principal.
   */
  account: string;
  /**
   * The Region whose registries accept the token.
   */
  region: string;
  /**
   * When the token was issued.
   */
  issued: string;
  /**
   * When the token expires. It is invalid from this time on.
   */
  expires: string;
};

/**
 * Why a request was rejected, or what a fault did to its response.
 */
export type Explanation = {
  /**
   * The kind of the explanation, such as `token_expired`.
   */
  kind: string;
  /**
   * How important the explanation is.
   */
  level: ExplanationLevel;
  /**
   * One or more sentences. Secrets are redacted.
   */
  text: string;
  /**
   * What a client or a test can do.
   */
  advice?: string | null;
  /**
   * Values about the rejection or the fault. Which of them are set depends on the kind.
   */
  facts: ExplanationFacts;
};

/**
 * How important an explanation is.
 */
export type ExplanationLevel =
  /**
   * The response is part of the normal sequence of requests. This includes that a request reads something that does not exist.
   */
  | "info"
  /**
   * A fault of a test changed the response, or a request changes something that does not exist.
   */
  | "warning"
  /**
   * The request was rejected.
   */
  | "error";

/**
 * The values that an explanation is about. Which of them are set depends on the kind.
 */
export type ExplanationFacts = {
  /**
   * The ARN of the principal.
   */
  principal?: string | null;
  /**
   * When the token was issued.
   */
  issued_at?: string | null;
  /**
   * When the token or the credentials expired or expire.
   */
  expired_at?: string | null;
  /**
   * How long before the request the token or the credentials expired, in milliseconds.
   */
  late_ms?: number | null;
  /**
   * When the token was revoked.
   */
  revoked_at?: string | null;
  /**
   * The scope of the revocation: `token`, `principal` or `issued_before`.
   */
  scope?: string | null;
  /**
   * The ID of another token of the same principal and Region that was valid at the time of the request.
   */
  other_valid_token?: string | null;
  /**
   * When the token expires, if it is rejected for another reason.
   */
  token_expires?: string | null;
  /**
   * The Region that the request or its token names.
   */
  region?: string | null;
  /**
   * The Region that the mock expects.
   */
  expected_region?: string | null;
  /**
   * The service that the signature names.
   */
  service?: string | null;
  /**
   * The service that the mock expects.
   */
  expected_service?: string | null;
  /**
   * The time in the signature.
   */
  signed_at?: string | null;
  /**
   * The access key ID.
   */
  access_key_id?: string | null;
  /**
   * The user of Basic credentials.
   */
  user?: string | null;
  /**
   * The scheme of the `Authorization` header.
   */
  scheme?: string | null;
  /**
   * The action that is denied, such as `ecr:BatchGetImage`.
   */
  action?: string | null;
  /**
   * The ARN of the resource of the action, or `*`.
   */
  resource?: string | null;
  /**
   * The kind of the policy that denies the action, or that does not allow it: `identity`, `repository` or `registry`.
   */
  policy?: string | null;
  /**
   * Whether a statement denies the action. If not, no statement allows it.
   */
  explicit?: boolean | null;
  /**
   * The ID of the statement that denies the action.
   */
  statement?: string | null;
  /**
   * The ID of the fault.
   */
  fault?: number | null;
  /**
   * The quirk of the registry that rejects the push.
   */
  quirk?: string | null;
};

/**
 * The token to inspect.
 */
export type InspectToken = {
  /**
   * The token, or the password in it.
   */
  token: string;
};

/**
 * Faults and their counters.
 */
export type Faults = {
  /**
   * The faults, in the order in which they were added.
   */
  faults: Array<DescribedFault>;
};

/**
 * A fault, and a sentence that describes it.
 */
export type DescribedFault = {
  /**
   * The ID of the fault.
   */
  id: FaultId;
  /**
   * The requests that the fault matches. If the key is absent in TOML or JSON, the fault matches every request to an
   * API or to the registry, if the action can apply to the request. For example, the action `token` can apply only
   * to calls of `GetAuthorizationToken`.
   */
  match?: RequestMatcher;
  /**
   * The action that is applied to the requests that trigger the fault.
   */
  action: FaultAction;
  /**
   * The number of requests that matched the fault, whether or not they triggered it. A request is not counted if the
   * fault cannot change its response, for example because an earlier fault has replaced that response. For a
   * certificate fault, the number of TLS handshakes.
   */
  matched: number;
  /**
   * The number of requests whose response the fault has changed. For a certificate fault, the number of TLS
   * handshakes.
   */
  triggered: number;
  /**
   * One sentence about the requests that the fault matches, its action, and how often it was triggered.
   */
  text: string;
};

/**
 * The ID of a fault in one mock. While the mock runs, no ID is reused, even after a reset.
 */
export type FaultId = number;

/**
 * A condition on requests. A request matches a fault if it satisfies all fields that are set, except `times`, `after`,
 * `every` and `probability`. These four fields select the matching requests that trigger the fault. A request does not
 * match a fault that cannot change its response, for example because an earlier fault has replaced the response.
 *
 * The fields are compared with the unverified values of the request, because a fault is applied before the signature
 * or the token is verified. A fault with the action `expired_early` is an exception: only a request with a valid token
 * triggers it.
 *
 * A fault with the action `certificate` matches TLS handshakes instead of requests. It accepts only `host`, `times`,
 * `after`, `every` and `probability`, and counts handshakes.
 */
export type RequestMatcher = {
  /**
   * The service: `ecr`, `ecr-public`, `sts` or `registry`. If `operation` is set, the default is the first of these services that has the
   * operation.
   */
  service?: Service | null;
  /**
   * The name of an API operation, such as `GetAuthorizationToken`.
   */
  operation?: string | null;
  /**
   * The route of the registry. It cannot be combined with `operation`.
   */
  route?: RegistryRoute | null;
  /**
   * The HTTP method, such as `HEAD`. ASCII case is ignored.
   */
  method?: string | null;
  /**
   * The ID of the caller's account.
   */
  account?: string | null;
  /**
   * The Region of the request: a known Region, or a Region in `additional_regions` of the configuration.
   */
  region?: string | null;
  /**
   * The ARN of the caller.
   */
  principal?: string | null;
  /**
   * The name of the repository. `*` matches any text.
   */
  repository?: Pattern | null;
  /**
   * The host name of the request, in lower case and without the port. `*` matches any text.
   */
  host?: Pattern | null;
  /**
   * The `User-Agent` header. `*` matches any text.
   */
  user_agent?: Pattern | null;
  /**
   * The maximum number of times that the fault is triggered. The value must be at least 1.
   */
  times?: number | null;
  /**
   * The number of matching requests at the start that do not trigger the fault. Later matching requests can trigger
   * the fault.
   */
  after?: number | null;
  /**
   * If the value is n, only the last one of every n matching requests can trigger the fault. The value must be at
   * least 1. The requests skipped by `after` are not counted.
   */
  every?: number | null;
  /**
   * The probability that a matching request triggers the fault, from 0 to 1. The random numbers are derived from the
   * seed.
   */
  probability?: number | null;
  /**
   * Matches only requests at or after this time of the mock's clock.
   */
  from?: string | null;
  /**
   * Matches only requests before this time of the mock's clock. It must be later than `from`.
   */
  until?: string | null;
};

/**
 * The service to which a request is sent. In TOML, JSON and queries, it is `ecr`, `ecr-public`, `sts`, `registry`,
 * `proxy`, `control` or `unknown`.
 */
export type Service =
  /**
   * The API of Amazon ECR.
   */
  | "ecr"
  /**
   * The API of Amazon ECR Public. The mock implements none of its operations.
   */
  | "ecr-public"
  /**
   * The API of AWS Security Token Service.
   */
  | "sts"
  /**
   * The registry, including the URLs from which layers are downloaded.
   */
  | "registry"
  /**
   * The HTTP proxy: `CONNECT` requests, and requests with the absolute URL of a host that the mock does not serve.
   */
  | "proxy"
  /**
   * The control API, `/_mock/`.
   */
  | "control"
  /**
   * No service. The mock has no resource at the host and path of the request.
   */
  | "unknown";

/**
 * A route of the registry.
 */
export type RegistryRoute =
  /**
   * `/v2/`
   */
  | "ping"
  /**
   * `/v2/_catalog`
   */
  | "catalog"
  /**
   * `/v2/NAME/manifests/REFERENCE`
   */
  | "manifest"
  /**
   * `/v2/NAME/blobs/DIGEST`
   */
  | "blob"
  /**
   * `/v2/NAME/blobs/uploads/` and the paths below it
   */
  | "upload"
  /**
   * `/v2/NAME/tags/list`
   */
  | "tags"
  /**
   * `/v2/NAME/referrers/DIGEST`
   */
  | "referrers"
  /**
   * The URLs to which requests for layers are redirected.
   */
  | "layer";

/**
 * A text pattern in which `*` matches any text, including an empty one, such as `team/*` or `*.amazonaws.com`.
 * Matching is case-sensitive and applies to the whole text.
 */
export type Pattern = string;

/**
 * The action of a fault.
 *
 * In TOML and JSON, an action is a table with one key, such as `{ error = "ServerException" }` or
 * `{ close = { after_bytes = 10 } }`.
 *
 * A request can trigger several faults. They are applied in the order in which they were added:
 *
 * - `error`, `throttle`, `expired_early`: one of these actions replaces the response, and the request is not processed.
 *   Actions of all other kinds are applied to this response.
 * - `latency`: the delays are added. `date`: the shifts are added.
 * - If two actions set the same part of the response, only the first one is applied. The following actions set the same
 *   part: those of the same kind; `error`, `throttle` and `expired_early`; `close`, `reset`, `stall`, `overrun` and
 *   `garbled_chunks`; and `body`, `expired` and every action on the output of `GetAuthorizationToken`.
 * - If an action makes the list `authorizationData` empty, null or missing, no later action changes the list.
 *
 * If earlier faults leave nothing in a response that a fault could change, the request does not match this fault.
 *
 * Over HTTP/2, the actions `close`, `reset`, `overrun` and `garbled_chunks` reset the stream of the request, and the
 * connection stays open.
 *
 * If a TLS handshake can trigger several `certificate` faults, it triggers only the first of them.
 */
export type FaultAction =
  /**
   * Responds with an AWS error. The registry responds with the corresponding OCI error.
   */
  | {
    error: ErrorFault;
  }
  /**
   * Limits the request rate with the token bucket algorithm. (The tokens of this algorithm are not authorization
   * tokens.) The bucket is filled according to the mock's clock. Requests above the limit are rejected with a
   * throttling error and trigger the fault. Other requests pass.
   */
  | {
    throttle: Throttle;
  }
  /**
   * Delays the response, in real time.
   */
  | {
    latency: Latency;
  }
  /**
   * Stops sending the response at this point. The connection stays open until the client closes it.
   */
  | {
    stall: CutPoint;
  }
  /**
   * Limits the rate at which the body is sent. The value is in bytes per second, at least 1.
   */
  | {
    bandwidth: number;
  }
  /**
   * Closes the connection at this point.
   */
  | {
    close: CutPoint;
  }
  /**
   * Resets the TCP connection at this point. If the request was received through a `CONNECT` tunnel, the TLS
   * connection in the tunnel is closed, and the TCP connection is not reset.
   */
  | {
    reset: CutPoint;
  }
  /**
   * Sends a body that is longer than `Content-Length` by this number of bytes, from 1 to 1,048,576.
   */
  | {
    overrun: number;
  }
  /**
   * Sends the body with chunked transfer coding and an invalid first chunk.
   */
  | "garbled_chunks"
  /**
   * Replaces the body of the response. Only the value `html` also changes the status and the `Content-Type`.
   */
  | {
    body: BodyFault;
  }
  /**
   * Replaces the `Content-Type` header. An empty string removes the header.
   */
  | {
    content_type: string;
  }
  /**
   * Changes the list `authorizationData` in a successful response of `GetAuthorizationToken`.
   */
  | {
    authorization_data: AuthorizationData;
  }
  /**
   * Changes `expiresAt` in a successful response of `GetAuthorizationToken`. The expiry of the token itself does not
   * change.
   */
  | {
    expires_at: ExpiresAt;
  }
  /**
   * Changes `authorizationToken` in a successful response of `GetAuthorizationToken`.
   */
  | {
    token: TokenFault;
  }
  /**
   * Changes `proxyEndpoint` in a successful response of `GetAuthorizationToken`.
   */
  | {
    proxy_endpoint: EndpointFault;
  }
  /**
   * Sets the form of the response with which the registry rejects an expired token. Other responses are not changed.
   */
  | {
    expired: ExpiredAs;
  }
  /**
   * Rejects a valid token as expired. The request is not processed. Only requests with a valid token trigger this
   * fault.
   */
  | {
    expired_early: ExpiredAs;
  }
  /**
   * Shifts the time in the `Date` header of the response.
   */
  | {
    date: string;
  }
  /**
   * Presents an invalid certificate in the TLS handshake. Requests do not trigger this fault. Only TLS handshakes
   * match it and are counted. The matcher can contain only `host`, `times`, `after`, `every` and `probability`.
   */
  | {
    certificate: CertificateFault;
  };

/**
 * The error that a fault returns.
 *
 * In TOML and JSON, this is either the error code as a string, or a table with the key `code` and the optional keys
 * `status`, `message` and `retry_after`.
 */
export type ErrorFault =
  /**
   * The error code.
   */
  | ErrorCode
  /**
   * The error code with optional keys.
   */
  | ErrorFaultTable;

/**
 * The code of an AWS error that the mock can return, such as `ThrottlingException`.
 *
 * The known codes are the exceptions in the service models of ECR, ECR Public and STS, such as `KmsException`, and the
 * common errors of AWS: `ThrottlingException`, `TooManyRequestsException`, `RequestLimitExceeded`, `ServerException`,
 * `InternalFailure`, `InternalServerError`, `BadGateway`, `ServiceUnavailable`, `GatewayTimeout`,
 * `UnrecognizedClientException`, `InvalidClientTokenId`, `ExpiredTokenException`, `InvalidSignatureException`,
 * `RequestExpired` and `AccessDeniedException`. STS returns some of them by another name, such as `Throttling`.
 */
export type ErrorCode = string;

/**
 * The form of an `ErrorFault` with optional keys.
 */
export type ErrorFaultTable = {
  /**
   * The error code.
   */
  code: ErrorCode;
  /**
   * The status, from 400 to 599. If absent, the default status of the error code.
   */
  status?: number | null;
  /**
   * The message. If absent, the default message of the error code.
   */
  message?: string | null;
  /**
   * The value of the `Retry-After` header, in seconds. If absent, the header is not sent.
   */
  retry_after?: number | null;
};

/**
 * A limit on the request rate. The mock uses the token bucket algorithm. (The tokens of this algorithm are not
 * authorization tokens.) The bucket is filled according to the mock's clock. The bucket is full at the first matching
 * request.
 */
export type Throttle = {
  /**
   * The number of requests per second, a finite number greater than 0.
   */
  rate: number;
  /**
   * The number of requests that are accepted at once at the start and after a sufficiently long pause. The value
   * must be at least 1.
   */
  burst: number;
  /**
   * The value of the `Retry-After` header in responses of the registry, in seconds. If absent, the header is not
   * sent. Throttled responses of an API do not contain the header.
   */
  retry_after?: number | null;
};

/**
 * A delay in real time: fixed, uniformly distributed, or given by percentiles.
 *
 * In TOML and JSON, this is `"200ms"`, `{ from = "50ms", to = "2s" }`, or `{ p50 = "20ms", p90 = "100ms", p99 = "2s"
 * }`. The values of a table must be in ascending order.
 */
export type Latency =
  /**
   * A constant delay.
   */
  | string
  /**
   * A uniformly distributed delay.
   */
  | {
    /**
     * The minimum.
     */
    from: string;
    /**
     * The maximum.
     */
    to: string;
  }
  /**
   * A delay whose distribution is approximated from these percentiles. 50 % of the delays are between 0 and `p50`,
   * 40 % are between `p50` and `p90`, and 10 % are between `p90` and `p99`. Within each range, delays are uniformly
   * distributed.
   */
  | {
    /**
     * The delay that 50 % of the responses do not exceed.
     */
    p50: string;
    /**
     * The delay that 90 % of the responses do not exceed.
     */
    p90: string;
    /**
     * The nominal 99th percentile. The mock uses this value as the maximum: no delay is longer.
     */
    p99: string;
  };

/**
 * The point of a response at which it is cut.
 */
export type CutPoint =
  /**
   * Before the first byte of the response.
   */
  | "before_headers"
  /**
   * Between the headers and the body.
   */
  | "after_headers"
  /**
   * After this number of bytes of the body. If the body is shorter, the response is cut after the whole body. Over
   * HTTP/1, at most 64 MiB of the body are sent.
   */
  | {
    after_bytes: number;
  };

/**
 * A replacement of the body of the response.
 */
export type BodyFault =
  /**
   * An HTML page, like that of a captive portal. The status becomes 200 and the `Content-Type` becomes `text/html;
   * charset=utf-8`.
   */
  | "html"
  /**
   * An empty body.
   */
  | "empty"
  /**
   * A body that starts like JSON and is incomplete.
   */
  | "not_json"
  /**
   * The given text.
   */
  | {
    text: string;
  };

/**
 * A change of the list `authorizationData`.
 */
export type AuthorizationData =
  /**
   * `[]`
   */
  | "empty"
  /**
   * `null`
   */
  | "null"
  /**
   * The member `authorizationData` is removed.
   */
  | "missing"
  /**
   * Each entry occurs twice.
   */
  | "doubled"
  /**
   * `null` is inserted before each entry.
   */
  | "with_nulls"
  /**
   * The account in the `proxyEndpoint` of each entry is replaced by this account. The token is not changed.
   */
  | {
    account: string;
  }
  /**
   * An additional first entry, with the registry of this account and a token of its root user, which the registry accepts if
   * the account exists. ECR never sends it: it returns one entry for each requested ID, with a token of the caller.
   */
  | {
    before: string;
  }
  /**
   * An additional last entry, with the registry of this account and a token of its root user, which the registry accepts if
   * the account exists. ECR never sends it: it returns one entry for each requested ID, with a token of the caller.
   */
  | {
    after: string;
  };

/**
 * A change of `expiresAt`. The expiry of the token itself does not change.
 */
export type ExpiresAt =
  /**
   * One hour before the current time of the mock's clock.
   */
  | "past"
  /**
   * Ten seconds after the current time of the mock's clock.
   */
  | "near"
  /**
   * About ten years (3,652 days) after the current time of the mock's clock.
   */
  | "far"
  /**
   * A time relative to the current time of the mock's clock, such as `5m` or `-5m`.
   */
  | {
    in: string;
  }
  /**
   * The member is removed.
   */
  | "missing"
  /**
   * `null`
   */
  | "null"
  /**
   * A number without a fractional part, in seconds since 1970.
   */
  | "integer"
  /**
   * Milliseconds since 1970. A client that expects seconds reads a date in about the year 47,000.
   */
  | "milliseconds"
  /**
   * A string such as `2015-11-30T09:30:53.241Z`.
   */
  | "iso8601";

/**
 * A change of `authorizationToken`.
 */
export type TokenFault =
  /**
   * Base64 of a string without a colon.
   */
  | "no_colon"
  /**
   * Base64 of a login whose password contains colons.
   */
  | "colons"
  /**
   * Base64 of a login whose username is not `AWS`.
   */
  | "other_user"
  /**
   * Base64 of the given username and password.
   */
  | {
    login: Login;
  }
  /**
   * Base64 in the URL-safe alphabet, with `-` and `_`.
   */
  | "url_safe"
  /**
   * A string that is not base64.
   */
  | "not_base64"
  /**
   * A token of about 16 KiB.
   */
  | "long"
  /**
   * An empty string.
   */
  | "empty"
  /**
   * `null`
   */
  | "null"
  /**
   * A number.
   */
  | "number"
  /**
   * The member is removed.
   */
  | "missing";

/**
 * A username and a password. The registry rejects the password.
 */
export type Login = {
  /**
   * The username, without a colon. The default is `AWS`.
   */
  username?: string;
  /**
   * The password. It may contain colons.
   */
  password: string;
};

/**
 * A change of `proxyEndpoint`.
 */
export type EndpointFault =
  /**
   * `https://registry.example.com`, which is not an ECR registry.
   */
  | "foreign"
  /**
   * The given URL.
   */
  | {
    url: string;
  }
  /**
   * The endpoint without `https://`.
   */
  | "no_scheme"
  /**
   * The endpoint with a trailing slash.
   */
  | "slash"
  /**
   * `null`
   */
  | "null"
  /**
   * The member is removed.
   */
  | "missing";

/**
 * The form of the response with which the registry rejects an expired token.
 *
 * ECR responds with 403 and without a challenge, so clients that expect 401 do not request a new token. ECR Public
 * responds with 400. The OCI specification requires 401 with a challenge.
 */
export type ExpiredAs =
  /**
   * 403 without a challenge, as ECR responds.
   */
  | "forbidden"
  /**
   * 401 with a challenge.
   */
  | "challenge"
  /**
   * 400, as ECR Public responds.
   */
  | "bad_request";

/**
 * An invalid certificate.
 */
export type CertificateFault =
  /**
   * The certificate has expired.
   */
  | "expired"
  /**
   * The certificate is self-signed.
   */
  | "self_signed"
  /**
   * The certificate is for another host name.
   */
  | "wrong_name";

/**
 * A fault of a running mock, with its counters.
 */
export type ActiveFault = {
  /**
   * The ID of the fault.
   */
  id: FaultId;
  /**
   * The requests that the fault matches. If the key is absent in TOML or JSON, the fault matches every request to an
   * API or to the registry, if the action can apply to the request. For example, the action `token` can apply only
   * to calls of `GetAuthorizationToken`.
   */
  match?: RequestMatcher;
  /**
   * The action that is applied to the requests that trigger the fault.
   */
  action: FaultAction;
  /**
   * The number of requests that matched the fault, whether or not they triggered it. A request is not counted if the
   * fault cannot change its response, for example because an earlier fault has replaced that response. For a
   * certificate fault, the number of TLS handshakes.
   */
  matched: number;
  /**
   * The number of requests whose response the fault has changed. For a certificate fault, the number of TLS
   * handshakes.
   */
  triggered: number;
};

/**
 * A fault. Its matcher selects requests, and its action changes their responses.
 */
export type Fault = {
  /**
   * The requests that the fault matches. If the key is absent in TOML or JSON, the fault matches every request to an
   * API or to the registry, if the action can apply to the request. For example, the action `token` can apply only
   * to calls of `GetAuthorizationToken`.
   */
  match?: RequestMatcher;
  /**
   * The action that is applied to the requests that trigger the fault.
   */
  action: FaultAction;
};

/**
 * The repositories of a mock.
 */
export type Repositories = {
  /**
   * The repositories, ordered by account, Region and name.
   */
  repositories: Array<ExistingRepository>;
};

/**
 * An existing repository.
 */
export type ExistingRepository = {
  /**
   * The name.
   */
  name: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * When the repository was created, on the mock's clock.
   */
  created: string;
  /**
   * The number of images, with or without tags.
   */
  images: number;
  /**
   * The name of the images of this repository, without a tag: the host of the registry and the name.
   */
  uri: string;
  /**
   * Whether tags can be moved: `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`.
   */
  mutability: string;
  /**
   * Whether the repository requests scans of pushed images.
   */
  scan_on_push: boolean;
};

/**
 * A repository with its policies.
 */
export type RepositoryDetails = {
  /**
   * The name.
   */
  name: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * When the repository was created, on the mock's clock.
   */
  created: string;
  /**
   * The number of images, with or without tags.
   */
  images: number;
  /**
   * The name of the images of this repository, without a tag: the host of the registry and the name.
   */
  uri: string;
  /**
   * Whether tags can be moved: `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION` or `IMMUTABLE_WITH_EXCLUSION`.
   */
  mutability: string;
  /**
   * Whether the repository requests scans of pushed images.
   */
  scan_on_push: boolean;
  /**
   * The text of the policy of the repository.
   */
  policy?: string | null;
  /**
   * The text of the lifecycle policy.
   */
  lifecycle_policy?: string | null;
  /**
   * The images that the lifecycle policy would expire or archive now, at most 100.
   */
  would_expire: Array<ExpiringImage>;
  /**
   * The resource tags.
   */
  resource_tags: Array<ResourceTag>;
};

/**
 * An image that a rule of a lifecycle policy selects.
 */
export type ExpiringImage = {
  /**
   * The digest of the image.
   */
  digest: string;
  /**
   * The priority of the rule.
   */
  rule: number;
  /**
   * `EXPIRE` or `TRANSITION`.
   */
  action: string;
};

/**
 * A resource tag.
 */
export type ResourceTag = {
  /**
   * The key.
   */
  key: string;
  /**
   * The value.
   */
  value: string;
};

/**
 * A page of the images of a mock.
 */
export type Images = {
  /**
   * The images, ordered by account, Region, repository and digest.
   */
  images: Array<Image>;
  /**
   * The value of the parameter `after` for the next page. The last page does not have this member.
   */
  next?: string | null;
};

/**
 * An image, an index or an artifact in a repository.
 */
export type Image = {
  /**
   * The name of the repository.
   */
  repository: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The digest of the manifest.
   */
  digest: string;
  /**
   * The tags, sorted by their bytes.
   */
  tags: Array<string>;
  /**
   * The media type of the manifest.
   */
  media_type: string;
  /**
   * The sum of the sizes of the configuration and the layers, in bytes.
   */
  size: number;
  /**
   * When the image was pushed, on the mock's clock.
   */
  pushed: string;
  /**
   * The artifact type, if the manifest or its configuration has one.
   */
  artifact_type?: string | null;
  /**
   * When a pull was last recorded, on the mock's clock. Pulls within 24 hours after it are not recorded.
   */
  last_pull?: string | null;
  /**
   * `ACTIVE`, `ARCHIVED` or `ACTIVATING`.
   */
  status: string;
  /**
   * The digest of the image that this image refers to.
   */
  subject?: string | null;
};

/**
 * An image, an index or an artifact, with its contents.
 */
export type ImageDetails = {
  /**
   * The digest of the manifest.
   */
  digest: string;
  /**
   * The tags, sorted by their bytes.
   */
  tags: Array<string>;
  /**
   * The media type of the manifest.
   */
  media_type: string;
  /**
   * The artifact type, if the manifest or its configuration has one.
   */
  artifact_type?: string | null;
  /**
   * The sum of the sizes of the configuration and the layers, in bytes.
   */
  size: number;
  /**
   * When the image was pushed, on the mock's clock.
   */
  pushed: string;
  /**
   * When a pull was last recorded, on the mock's clock.
   */
  last_pull?: string | null;
  /**
   * `ACTIVE`, `ARCHIVED` or `ACTIVATING`.
   */
  status: string;
  /**
   * The digest of the image that this image refers to.
   */
  subject?: string | null;
  /**
   * The text of the manifest.
   */
  manifest: string;
  /**
   * The images of an index.
   */
  children: Array<ChildImage>;
  /**
   * The configuration.
   */
  config?: ImagePart | null;
  /**
   * The layers, or the blobs of an artifact.
   */
  layers: Array<ImagePart>;
  /**
   * The images that name this image as their subject, at most 100.
   */
  referrers: Array<Referrer>;
  /**
   * The scan, if there is one.
   */
  scan?: ImageScan | null;
};

/**
 * An image that an index lists.
 */
export type ChildImage = {
  /**
   * The digest.
   */
  digest: string;
  /**
   * The media type, or an empty text.
   */
  media_type: string;
  /**
   * The size in bytes, as the manifest states it. It is 0 for a manifest of schema 1, which states no sizes.
   */
  size: number;
  /**
   * The platform, such as `linux/arm64`.
   */
  platform?: string | null;
};

/**
 * A part that a manifest lists.
 */
export type ImagePart = {
  /**
   * The digest.
   */
  digest: string;
  /**
   * The media type, or an empty text.
   */
  media_type: string;
  /**
   * The size in bytes, as the manifest states it. It is 0 for a manifest of schema 1, which states no sizes.
   */
  size: number;
};

/**
 * An image that names another as its subject.
 */
export type Referrer = {
  /**
   * The digest of the manifest.
   */
  digest: string;
  /**
   * The artifact type.
   */
  artifact_type?: string | null;
  /**
   * The sum of the sizes of the configuration and the layers, in bytes.
   */
  size: number;
  /**
   * The tags, sorted by their bytes.
   */
  tags: Array<string>;
};

/**
 * The scan of an image.
 */
export type ImageScan = {
  /**
   * The status, or null while the scan runs.
   */
  status?: ScanStatus | null;
  /**
   * The description of the status.
   */
  description?: string | null;
  /**
   * The number of findings of each severity.
   */
  counts: Record<string, number>;
};

/**
 * The results of the evaluation of lifecycle policies.
 */
export type LifecycleRuns = {
  /**
   * The repositories with a lifecycle policy, ordered by account, Region and name.
   */
  repositories: Array<LifecycleRun>;
};

/**
 * The result of the evaluation of a lifecycle policy.
 */
export type LifecycleRun = {
  /**
   * The name of the repository.
   */
  name: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The number of images that the rules have expired, without images that were deleted because their subject was.
   */
  expired: number;
  /**
   * The number of images that the rules have archived, without images that were archived because their subject was.
   */
  archived: number;
};

/**
 * Which lifecycle policies are evaluated.
 */
export type RunLifecycle = {
  /**
   * The name of the repository. Repositories of this name in other accounts and Regions are included. The default is
   * all repositories. If no repository of this name has a lifecycle policy, the status is 404.
   */
  repository?: string | null;
};

/**
 * The image whose result was set.
 */
export type ScannedImage = {
  /**
   * The name of the repository.
   */
  repository: string;
  /**
   * The ID of the account.
   */
  account: string;
  /**
   * The Region.
   */
  region: string;
  /**
   * The digest of the image.
   */
  digest: string;
};

/**
 * How much work in the background was finished.
 */
export type BackgroundRun = {
  /**
   * The number of steps of replication backfills: the preparation, and each group of 100 images and tags.
   */
  backfill: number;
  /**
   * The number of previews of lifecycle policies.
   */
  lifecycle_preview: number;
  /**
   * The number of replications: one for each image and tag that was pushed, restored or deleted, and each destination.
   */
  replication: number;
  /**
   * The number of restored images.
   */
  restoration: number;
  /**
   * The number of scans.
   */
  scan: number;
  /**
   * The number of signatures, including those that have failed.
   */
  signature: number;
};

/**
 * Which work is finished.
 */
export type RunBackground = {
  /**
   * The kinds of work. The default is all kinds. An empty list finishes nothing.
   */
  kinds?: Array<BackgroundKind>;
};

/**
 * A kind of work in the background: work that ends some time after the request that begins it. The table `background` of the
 * configuration contains the durations.
 */
export type BackgroundKind =
  /**
   * A replication backfill: its preparation, and the replication of each group of 100 images and tags.
   */
  | "backfill"
  /**
   * A preview of a lifecycle policy.
   */
  | "lifecycle_preview"
  /**
   * The replication of a push, a restoration or a deletion.
   */
  | "replication"
  /**
   * The restoration of an archived image.
   */
  | "restoration"
  /**
   * A scan of an image.
   */
  | "scan"
  /**
   * The signature of an image.
   */
  | "signature";

/**
 * The way in which a request was received.
 */
export type Ingress =
  /**
   * Over HTTP without TLS.
   */
  | "http"
  /**
   * Over TLS, directly.
   */
  | "https"
  /**
   * Over TLS through a `CONNECT` tunnel, with the mock as the proxy of the client.
   */
  | "connect"
  /**
   * Without a socket, from a client in the process of the mock.
   */
  | "in_process";

/**
 * The requests that match the query.
 */
export type Requests = {
  /**
   * The number of requests that match, including those that `limit` excludes.
   */
  matched: number;
  /**
   * The number of requests that were discarded because the request log was full, whether or not they match. Requests to the control API are not
   * counted.
   */
  forgotten: number;
  /**
   * Identifies this start of the mock, in 16 hexadecimal digits. After another start, the numbers of the requests begin with 0 again.
   */
  instance: string;
  /**
   * The number of the first stored request of a client.
   */
  first: number;
  /**
   * The number that the next request of a client gets.
   */
  next: number;
  /**
   * The requests, oldest first.
   */
  requests: Array<ReceivedRequest>;
};

/**
 * A received request and its response, without secrets.
 */
export type ReceivedRequest = {
  /**
   * The number of the request since the mock started, from 0: among the requests of clients, or among those of the control API.
   */
  number: number;
  /**
   * The time at which the mock read the request, on the mock's clock.
   */
  received: string;
  /**
   * The time that the mock took to produce the response, in microseconds of real time. Delays by faults are not
   * included.
   */
  took_micros: number;
  /**
   * The service that the request was sent to.
   */
  service: Service;
  /**
   * How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
   */
  ingress: Ingress;
  /**
   * The HTTP method.
   */
  method: string;
  /**
   * The host name of the request, with the port if the request contains one.
   */
  host: string;
  /**
   * The path and query. Secrets are replaced by `REDACTED`, as in all other texts.
   */
  target: string;
  /**
   * The `User-Agent` header, or an empty text.
   */
  user_agent: string;
  /**
   * The name of the API operation, if the request calls one.
   */
  operation?: string | null;
  /**
   * The input of the API operation, as JSON. It is recorded only after the caller was authenticated.
   */
  input?: string | null;
  /**
   * The route of the registry or the path under `/_mock/`.
   */
  route?: string | null;
  /**
   * The `X-Amz-Target` header.
   */
  amz_target?: string | null;
  /**
   * The `Content-Type` header.
   */
  content_type?: string | null;
  /**
   * The access key, Region and service that the signature claims. They are not verified.
   */
  claim?: SignatureClaim | null;
  /**
   * Whether the request has an `Authorization` header.
   */
  authorization: boolean;
  /**
   * The ARN of the authenticated caller.
   */
  caller?: string | null;
  /**
   * The ID of the token that was issued in the response or presented in the request.
   */
  token?: string | null;
  /**
   * The ARN of the principal of the presented token, even if the token is invalid.
   */
  bearer?: string | null;
  /**
   * The status code of the response.
   */
  status: number;
  /**
   * The error code of the response.
   */
  error?: string | null;
  /**
   * The text of the error in the response, at most 1 KiB. Secrets are replaced by `REDACTED`.
   */
  message?: string | null;
  /**
   * Why the presented token is invalid.
   */
  token_error?: string | null;
  /**
   * The IDs of the faults that were applied to the response.
   */
  faults: Array<FaultId>;
  /**
   * Why the request was rejected, and what faults did to the response. It is absent if the request succeeded without a fault.
   */
  explanation?: Explanation | null;
  /**
   * The request ID, `x-amzn-RequestId`.
   */
  request_id?: string | null;
};

/**
 * The credential in the signature of a request. It is not verified, and the signature may be invalid.
 *
 * The credential is parsed from every request that contains one, even if a fault is applied before the signature is
 * verified.
 */
export type SignatureClaim = {
  /**
   * The access key ID. It is not a secret.
   */
  access_key_id: string;
  /**
   * The Region in the credential scope.
   */
  region: string;
  /**
   * The service in the credential scope, such as `ecr`.
   */
  service: string;
};

/**
 * The result of clearing the request log.
 */
export type ClearedRequests = {
  /**
   * The number of removed requests, without those of the control API.
   */
  cleared: number;
};

/**
 * An HTTP Archive of version 1.2.
 *
 * Values that the request log does not contain have the placeholders of the format: sizes are -1, and HTTP versions
 * are `unknown`.
 */
export type Har = {
  log: HarLog;
};

/**
 * The log of an HTTP Archive.
 */
export type HarLog = {
  version: string;
  creator: HarCreator;
  entries: Array<HarEntry>;
};

/**
 * The program that created the archive.
 */
export type HarCreator = {
  name: string;
  version: string;
};

/**
 * A request and its response.
 */
export type HarEntry = {
  startedDateTime: string;
  /**
   * The time that the mock took to produce the response, in milliseconds.
   */
  time: number;
  request: HarRequest;
  response: HarResponse;
  cache: HarCache;
  timings: HarTimings;
  /**
   * The explanation of the response, if there is one.
   */
  comment?: string | null;
  /**
   * The request in the format of `GET /_mock/requests`.
   */
  _received_request: unknown;
};

/**
 * A request.
 */
export type HarRequest = {
  method: string;
  url: string;
  httpVersion: string;
  cookies: Array<unknown>;
  headers: Array<HarPair>;
  queryString: Array<HarPair>;
  postData?: HarPostData | null;
  headersSize: number;
  bodySize: number;
};

/**
 * A header or a query parameter.
 */
export type HarPair = {
  name: string;
  value: string;
};

/**
 * The body of a request: the input of the API operation, if it is in the request log.
 */
export type HarPostData = {
  mimeType: string;
  text: string;
};

/**
 * A response.
 */
export type HarResponse = {
  status: number;
  statusText: string;
  httpVersion: string;
  cookies: Array<unknown>;
  headers: Array<unknown>;
  content: HarBody;
  redirectURL: string;
  headersSize: number;
  bodySize: number;
};

/**
 * The body of a response. It is not in the request log.
 */
export type HarBody = {
  size: number;
  mimeType: string;
};

/**
 * The cache usage, which is empty.
 */
export type HarCache = Record<string, unknown>;

/**
 * The phases of the request, in milliseconds.
 */
export type HarTimings = {
  send: number;
  wait: number;
  receive: number;
};

/**
 * The query parameters of: Returns the environment variables that redirect a client to the mock. A variable with the value null must be removed.
 */
export type GetEnvironmentQuery = {
  /**
   * The path of the file with the certificate that clients trust. Required if `redirect` is `proxy` or `hosts`.
   */
  certificate?: string;
  /**
   * Returns only the endpoint variable of this service. Use it for clients that also call another emulator. The mock
   * must implement an operation of the service, and `redirect` must be `env`.
   */
  only?: Service;
  /**
   * How requests reach the mock. `env`: endpoint variables contain the URL of the mock. `proxy`: the mock is the
   * HTTPS proxy of the clients. `hosts`: the system resolves the AWS host names to the mock, as in a sandbox of
   * `mock-ecr run`; this route does not configure the system. The default is `env`.
   */
  redirect?: "env" | "proxy" | "hosts";
};

/**
 * The query parameters of: Streams the requests of clients, the changes of the clock, and the numbers of changes of the other parts of the state, as server-sent events with JSON data.
 */
export type GetEventsQuery = {
  /**
   * The number of the first request in the stream. The default is the number of the next request.
   */
  after?: number;
};

/**
 * The query parameters of: Removes one fault or all faults, and returns the removed faults. Removing a fault that does not exist is not an error.
 */
export type DeleteFaultsQuery = {
  /**
   * The ID of the fault to remove. Without it, all faults are removed.
   */
  id?: number;
};

/**
 * The query parameters of: Returns one image: its manifest, the images, configuration and layers that the manifest lists, the images that name it as their subject, and its scan.
 */
export type GetImageQuery = {
  /**
   * The account of the repository. The default is the default account of the mock.
   */
  account?: string;
  /**
   * The digest of the image. Required.
   */
  digest: string;
  /**
   * The Region of the repository, as `repositories` returns it. The default is the Region of the configuration.
   */
  region?: string;
  /**
   * The name of the repository. Required.
   */
  repository: string;
};

/**
 * The query parameters of: Returns a page of the images of one repository or of all repositories, with and without tags, ordered by account, Region, repository and digest.
 */
export type GetImagesQuery = {
  /**
   * The value of `next` of the previous page. The page contains the images that follow. Without it, the page is the first one.
   */
  after?: string;
  /**
   * The maximum number of images in the response, from 1 to 1,000. The default is 1,000. A page also ends when its images
   * have 10,000 tags or more.
   */
  limit?: number;
  /**
   * The name of the repository. Repositories of this name in other accounts and Regions are included. The default is
   * all repositories. If no repository has this name, the status is 404.
   */
  repository?: string;
};

/**
 * The query parameters of: Returns one repository: its settings, its policies, its resource tags, and the images that its lifecycle policy would expire or archive now.
 */
export type GetRepositoryQuery = {
  /**
   * The account of the repository. The default is the default account of the mock.
   */
  account?: string;
  /**
   * The name of the repository. Required.
   */
  name: string;
  /**
   * The Region of the repository, as `repositories` returns it. The default is the Region of the configuration.
   */
  region?: string;
};

/**
 * The query parameters of: Returns requests of the request log, oldest first.
 */
export type GetRequestsQuery = {
  /**
   * Whether the request has an `Authorization` header.
   */
  authorization?: boolean;
  /**
   * The ARN of the principal of the presented token.
   */
  bearer?: string;
  /**
   * The ARN of the authenticated caller.
   */
  caller?: string;
  /**
   * The error code of the response, such as `AccessDeniedException`.
   */
  error?: string;
  /**
   * The ID of a fault that was applied to the response.
   */
  fault?: number;
  /**
   * The host name, with the port if the request contains one. Upper and lower case are equivalent.
   */
  host?: string;
  /**
   * How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
   */
  ingress?: Ingress;
  /**
   * A part of the input of the API operation, as JSON.
   */
  input?: string;
  /**
   * The maximum number of results. The newest ones are returned.
   */
  limit?: number;
  /**
   * The HTTP method. Upper and lower case are equivalent.
   */
  method?: string;
  /**
   * The name of the API operation.
   */
  operation?: string;
  /**
   * The request ID, `x-amzn-RequestId`.
   */
  request_id?: string;
  /**
   * The route of the registry (`ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`), or
   * the path under `/_mock/`.
   */
  route?: string;
  /**
   * The service that the request was sent to.
   */
  service?: Service;
  /**
   * Only requests received at or after this time of the mock's clock.
   */
  since?: string;
  /**
   * The minimum time that the mock took to produce the response, in real time, such as `100ms`. Delays by faults are
   * not included.
   */
  slower_than?: string;
  /**
   * The status code of the response.
   */
  status?: number;
  /**
   * A part of the path and query.
   */
  target?: string;
  /**
   * The ID of the token that was issued in the response or presented in the request.
   */
  token?: string;
  /**
   * A part of the message that describes why the presented token is invalid.
   */
  token_error?: string;
  /**
   * Only requests received before this time of the mock's clock.
   */
  until?: string;
  /**
   * A part of the `User-Agent` header.
   */
  user_agent?: string;
};

/**
 * The query parameters of: Returns requests of the request log as an HTTP Archive 1.2. It contains neither response bodies nor headers with secrets.
 */
export type GetRequestsHarQuery = {
  /**
   * Whether the request has an `Authorization` header.
   */
  authorization?: boolean;
  /**
   * The ARN of the principal of the presented token.
   */
  bearer?: string;
  /**
   * The ARN of the authenticated caller.
   */
  caller?: string;
  /**
   * The error code of the response, such as `AccessDeniedException`.
   */
  error?: string;
  /**
   * The ID of a fault that was applied to the response.
   */
  fault?: number;
  /**
   * The host name, with the port if the request contains one. Upper and lower case are equivalent.
   */
  host?: string;
  /**
   * How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
   */
  ingress?: Ingress;
  /**
   * A part of the input of the API operation, as JSON.
   */
  input?: string;
  /**
   * The maximum number of results. The newest ones are returned.
   */
  limit?: number;
  /**
   * The HTTP method. Upper and lower case are equivalent.
   */
  method?: string;
  /**
   * The name of the API operation.
   */
  operation?: string;
  /**
   * The request ID, `x-amzn-RequestId`.
   */
  request_id?: string;
  /**
   * The route of the registry (`ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`), or
   * the path under `/_mock/`.
   */
  route?: string;
  /**
   * The service that the request was sent to.
   */
  service?: Service;
  /**
   * Only requests received at or after this time of the mock's clock.
   */
  since?: string;
  /**
   * The minimum time that the mock took to produce the response, in real time, such as `100ms`. Delays by faults are
   * not included.
   */
  slower_than?: string;
  /**
   * The status code of the response.
   */
  status?: number;
  /**
   * A part of the path and query.
   */
  target?: string;
  /**
   * The ID of the token that was issued in the response or presented in the request.
   */
  token?: string;
  /**
   * A part of the message that describes why the presented token is invalid.
   */
  token_error?: string;
  /**
   * Only requests received before this time of the mock's clock.
   */
  until?: string;
  /**
   * A part of the `User-Agent` header.
   */
  user_agent?: string;
};

/**
 * The query parameters of: Streams matching requests as server-sent events with JSON data. If the request has the header Last-Event-ID, the stream continues after the event with this ID.
 */
export type GetRequestsStreamQuery = {
  /**
   * Whether the request has an `Authorization` header.
   */
  authorization?: boolean;
  /**
   * The ARN of the principal of the presented token.
   */
  bearer?: string;
  /**
   * The ARN of the authenticated caller.
   */
  caller?: string;
  /**
   * The error code of the response, such as `AccessDeniedException`.
   */
  error?: string;
  /**
   * The ID of a fault that was applied to the response.
   */
  fault?: number;
  /**
   * The host name, with the port if the request contains one. Upper and lower case are equivalent.
   */
  host?: string;
  /**
   * How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
   */
  ingress?: Ingress;
  /**
   * A part of the input of the API operation, as JSON.
   */
  input?: string;
  /**
   * The HTTP method. Upper and lower case are equivalent.
   */
  method?: string;
  /**
   * The name of the API operation.
   */
  operation?: string;
  /**
   * The request ID, `x-amzn-RequestId`.
   */
  request_id?: string;
  /**
   * The route of the registry (`ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`), or
   * the path under `/_mock/`.
   */
  route?: string;
  /**
   * The service that the request was sent to.
   */
  service?: Service;
  /**
   * Only requests received at or after this time of the mock's clock.
   */
  since?: string;
  /**
   * The minimum time that the mock took to produce the response, in real time, such as `100ms`. Delays by faults are
   * not included.
   */
  slower_than?: string;
  /**
   * The status code of the response.
   */
  status?: number;
  /**
   * A part of the path and query.
   */
  target?: string;
  /**
   * The ID of the token that was issued in the response or presented in the request.
   */
  token?: string;
  /**
   * A part of the message that describes why the presented token is invalid.
   */
  token_error?: string;
  /**
   * Only requests received before this time of the mock's clock.
   */
  until?: string;
  /**
   * A part of the `User-Agent` header.
   */
  user_agent?: string;
};

/**
 * The query parameters of: Waits until the request log contains at least `count` matching requests, and returns them. Requests that were received before this call are counted too. Responds with 504 after the timeout.
 */
export type GetRequestsWaitQuery = {
  /**
   * Whether the request has an `Authorization` header.
   */
  authorization?: boolean;
  /**
   * The ARN of the principal of the presented token.
   */
  bearer?: string;
  /**
   * The ARN of the authenticated caller.
   */
  caller?: string;
  /**
   * The number of requests to wait for. The default is 1.
   */
  count?: number;
  /**
   * The error code of the response, such as `AccessDeniedException`.
   */
  error?: string;
  /**
   * The ID of a fault that was applied to the response.
   */
  fault?: number;
  /**
   * The host name, with the port if the request contains one. Upper and lower case are equivalent.
   */
  host?: string;
  /**
   * How the request was received: `http`, `https`, or `connect` for TLS in a tunnel of the proxy.
   */
  ingress?: Ingress;
  /**
   * A part of the input of the API operation, as JSON.
   */
  input?: string;
  /**
   * The HTTP method. Upper and lower case are equivalent.
   */
  method?: string;
  /**
   * The name of the API operation.
   */
  operation?: string;
  /**
   * The request ID, `x-amzn-RequestId`.
   */
  request_id?: string;
  /**
   * The route of the registry (`ping`, `catalog`, `manifest`, `blob`, `upload`, `tags`, `referrers` or `layer`), or
   * the path under `/_mock/`.
   */
  route?: string;
  /**
   * The service that the request was sent to.
   */
  service?: Service;
  /**
   * Only requests received at or after this time of the mock's clock.
   */
  since?: string;
  /**
   * The minimum time that the mock took to produce the response, in real time, such as `100ms`. Delays by faults are
   * not included.
   */
  slower_than?: string;
  /**
   * The status code of the response.
   */
  status?: number;
  /**
   * A part of the path and query.
   */
  target?: string;
  /**
   * The timeout, in real time. The default is `30s` and the maximum is `10m`.
   */
  timeout?: string;
  /**
   * The ID of the token that was issued in the response or presented in the request.
   */
  token?: string;
  /**
   * A part of the message that describes why the presented token is invalid.
   */
  token_error?: string;
  /**
   * Only requests received before this time of the mock's clock.
   */
  until?: string;
  /**
   * A part of the `User-Agent` header.
   */
  user_agent?: string;
};

/**
 * The query parameters of: Returns the tokens that were issued by the mock or presented to its registry, oldest first, with the number of their uses. At most 10,000 are kept.
 */
export type GetTokensQuery = {
  /**
   * The maximum number of results. The newest ones are returned.
   */
  limit?: number;
};
