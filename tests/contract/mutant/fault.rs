//! The faults of the mutant. A process has at most one.

use std::sync::OnceLock;

/// Selects the fault of this process. Returns false for an unknown name.
pub(crate) fn select(name: &str) -> bool {
    let found = ALL.iter().find(|one| one.name == name);
    found.is_some_and(|one| SELECTED.set(one.fault).is_ok())
}

/// Returns a line for each fault: its name, the client type, the scenarios that must catch it, and a description.
pub(crate) fn list() -> String {
    let line = |one: &FaultInfo| {
        let scenarios = one.scenarios;
        format!(
            "{}\t{}\t{scenarios}\t{}\n",
            one.name, one.client_type, one.description
        )
    };
    ALL.iter().map(line).collect()
}

impl Fault {
    pub(crate) fn is_on(self) -> bool {
        SELECTED.get() == Some(&self)
    }
}

static SELECTED: OnceLock<Fault> = OnceLock::new();

struct FaultInfo {
    fault: Fault,
    name: &'static str,
    client_type: &'static str,
    scenarios: &'static str,
    description: &'static str,
}

macro_rules! faults {
    ($($fault:ident = $name:literal, $client_type:literal, $scenarios:literal, $description:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault {
            $($fault,)*
        }

        const ALL: &[FaultInfo] = &[
            $(FaultInfo {
                fault: Fault::$fault,
                name: $name,
                client_type: $client_type,
                scenarios: $scenarios,
                description: $description,
            },)*
        ];
    };
}

faults! {
    // Tokens.
    RequestsTwice = "requests-twice", "token-printer", "TOK-01", "requests a token twice";
    SplitsAtEveryColon = "splits-at-every-colon", "docker-credential", "TOK-02", "uses the text between the first and the second colon as the password";
    UrlSafeBase64 = "url-safe-base64", "docker-login-caller", "TOK-03", "decodes the token in URL-safe base64";
    TruncatesAt2048 = "truncates-at-2048", "docker-credential", "TOK-04", "truncates passwords to 2048 bytes";
    UserIsAlwaysAws = "user-is-always-aws", "library", "TOK-05", "returns the username AWS, whatever the token contains";
    PrintsNoNewline = "prints-no-newline", "token-printer", "TOK-06", "prints no line break after the password";
    PrintsCrLf = "prints-crlf", "token-printer", "TOK-06", "prints CRLF after the password";
    SendsCrlfToDocker = "sends-crlf-to-docker", "docker-login-caller", "TOK-06", "sends CRLF after the password to docker";
    // Expiry.
    NeverCaches = "never-caches", "docker-credential", "EXP-01", "caches no token";
    RefreshesAtExpiry = "refreshes-at-expiry", "library", "EXP-02", "caches a token until it expires";
    CachesForever = "caches-forever", "docker-credential", "EXP-02,EXP-03", "caches a token forever";
    ReturnsLongExpired = "returns-long-expired", "docker-credential", "EXP-03", "returns a token that expired more than an hour ago";
    ExpiredInOutage = "expired-in-outage", "docker-credential", "EXP-04", "returns an expired token while the API is down";
    NoGrace = "no-grace", "docker-credential", "EXP-05", "info: fails while the API is down, although its token is valid";
    ExpiredAfterDenial = "expired-after-denial", "library", "EXP-06", "returns an expired token when AWS denies a new one";
    FixedDuration = "fixed-duration", "kubelet", "EXP-07", "returns cacheDuration 6h0m0s for every token with an expiry";
    CachesAtLeastAMinute = "caches-at-least-a-minute", "library", "EXP-07", "caches every token for at least a minute";
    NullDuration = "null-duration", "kubelet", "EXP-08", "returns cacheDuration null for an expired token";
    PanicsWithoutExpiry = "panics-without-expiry", "token-printer", "EXP-09", "panics when expiresAt is missing";
    KeepsUndatedLogins = "keeps-undated-logins", "docker-credential", "EXP-09", "caches a token without an expiry forever";
    RequiresFractionalExpiry = "requires-fractional-expiry", "kubelet", "EXP-10", "rejects an expiresAt without a fraction";
    ExpiryIn32Bits = "expiry-in-32-bits", "library", "EXP-10", "info: rejects an expiresAt after 2038";
    FixedMargin = "fixed-margin", "library", "EXP-11", "info: caches a token until half an hour before its expiry";
    IgnoresRejection = "ignores-rejection", "library", "EXP-12,EXP-16", "returns a login again that the registry has rejected";
    NeverRenews = "never-renews", "image-tool", "EXP-12", "never replaces its login";
    RenewsForManifestsOnly = "renews-for-manifests-only", "image-tool", "EXP-13", "does not replace its login when a layer is rejected";
    RefreshesAfterTtl = "refreshes-after-ttl", "refresher", "EXP-14", "refreshes at an interval of the token's TTL";
    MarginOfSeconds = "margin-of-seconds", "docker-credential", "EXP-15", "caches a token until two seconds before it expires";
    ReplacesOnce = "replaces-once", "library", "EXP-16", "replaces only the first login that the registry rejects";
    StopsWhenExpired = "stops-when-expired", "refresher", "EXP-17", "makes no further attempt when its token has expired during an outage";
    ExpiredWhileLocked = "expired-while-locked", "docker-credential", "EXP-18", "returns an expired token while another process requests a new one";
    // The registry.
    IgnoresRejectionBy403 = "ignores-403", "image-tool", "REG-01", "does not replace its login when it is rejected with 403";
    IgnoresRejectionBy401 = "ignores-401", "image-tool", "REG-02", "does not replace its login when it is rejected with 401";
    IgnoresRejectionBy400 = "ignores-400", "image-tool", "REG-03", "does not replace its login when it is rejected with 400";
    HidesAuthorizationError = "hides-authorization-error", "image-tool", "REG-04", "fails with a message that does not mention authorization";
    NamesHelperInsteadOfReason = "names-helper-instead-of-reason", "image-tool", "REG-04", "fails with a message that contains the name of its helper but no reason";
    TrustsStoredLogins = "trusts-stored-logins", "image-tool", "REG-05", "continues with a stored login that is rejected";
    SendsLoginToBlobHost = "sends-login-to-blob-host", "image-tool", "REG-06", "sends Authorization to the host of the layers";
    IgnoresDigests = "ignores-digests", "image-tool", "REG-07", "does not compare content with its digest";
    RenewsFiftyTimes = "renews-fifty-times", "image-tool", "REG-08", "replaces a rejected login up to fifty times for each request";
    // Throttling.
    NeverRetries = "never-retries", "token-printer", "THR-01", "makes one attempt";
    NoRetryOn400 = "no-retry-on-400", "library", "THR-01", "does not retry a ThrottlingException with status 400";
    ConstantGap = "constant-gap", "docker-login-caller", "THR-01", "retries after a millisecond";
    RetriesForever = "retries-forever", "token-printer", "THR-02", "never gives up";
    NoRetryOn429 = "no-retry-on-429", "docker-credential", "THR-03", "does not retry status 429";
    IgnoresRetryAfter = "ignores-retry-after", "token-printer", "THR-03", "info: ignores Retry-After";
    FailsWhenLocked = "fails-when-locked", "docker-credential", "THR-04", "fails when another process is writing the cache";
    CachesErrors = "caches-errors", "library", "THR-05", "returns an earlier error instead of making another attempt";
    NoJitter = "no-jitter", "refresher", "THR-06", "info: refreshes at exactly half the TTL of a token";
    ClearsLoginsInOutage = "clears-logins-in-outage", "refresher", "THR-07", "publishes an empty list when it gets no new token";
    // The network.
    RetriesBrokenConnectionsForever = "retries-broken-connections-forever", "token-printer", "NET-01", "retries forever when a connection breaks";
    HtmlIsEmptyLogin = "html-is-empty-login", "token-printer", "NET-02", "returns an empty password for an HTML page";
    PanicsOnInvalidJson = "panics-on-invalid-json", "docker-credential", "NET-03", "panics when the response is not JSON";
    IgnoresProxy = "ignores-proxy", "token-printer", "NET-04", "connects to AWS's hosts directly although there is a proxy";
    IgnoresNoProxy = "ignores-no-proxy", "token-printer", "NET-05", "uses the proxy for hosts in NO_PROXY";
    UsesHttpProxy = "uses-http-proxy", "token-printer", "NET-05", "uses the proxy of http URLs for all hosts";
    TrustsAnyCertificate = "trusts-any-certificate", "token-printer", "NET-06", "accepts every certificate";
    HidesClockError = "hides-clock-error", "token-printer", "NET-07", "fails with a message that does not mention the clock";
    RetriesSkewedSignatures = "retries-skewed-signatures", "library", "NET-07", "repeats a request after its signature was rejected for a wrong time";
    PanicsOnErrorBody = "panics-on-error-body", "token-printer", "NET-08", "panics when the body of an error is not JSON";
    HidesClockErrorInLogfmt = "hides-clock-error-in-logfmt", "token-printer", "NET-07", "writes a log with times, and a message that does not mention the clock";
    EndsAtServerError = "ends-at-server-error", "refresher", "NET-01", "ends without an error after a response with status 5xx or a broken connection";
    // Credentials.
    HidesExpiredKeys = "hides-expired-keys", "token-printer", "CRD-01", "fails with a message that does not say that its keys have expired";
    RetriesExpiredKeys = "retries-expired-keys", "token-printer", "CRD-01", "retries when its keys have expired";
    UnknownKeyIsEmptyLogin = "unknown-key-is-empty-login", "token-printer", "CRD-02", "prints an empty password when its key is unknown";
    DenialIsEmptyLogin = "denial-is-empty-login", "library", "CRD-03", "returns an empty login when access is denied";
    HidesHelperError = "hides-helper-error", "image-tool", "CRD-03", "continues without a login when the helper fails";
    WaitsForCredentials = "waits-for-credentials", "library", "CRD-04", "waits twenty seconds for credentials";
    ResolvesCredentialsFirst = "resolves-credentials-first", "docker-credential", "CRD-04", "looks for credentials before it checks the host";
    CacheIgnoresAccessKey = "cache-ignores-access-key", "docker-credential", "CRD-05", "caches tokens without regard to the identity";
    KeepsFourLogins = "keeps-four-logins", "docker-credential", "CRD-06", "keeps the four latest logins in its cache, also if they have expired";
    NeverPrunes = "never-prunes", "docker-credential", "CRD-06", "info: caches a token for each access key, without a limit";
    IgnoresSessionToken = "ignores-session-token", "token-printer", "CRD-07", "does not send the session token of temporary credentials";
    // Accounts.
    CacheIgnoresAccount = "cache-ignores-account", "docker-credential", "ACC-01", "info: caches tokens without regard to the account of the registry";
    EmptyRegistryIds = "empty-registry-ids", "library", "ACC-01", "sends an empty list of registryIds for all accounts but the first";
    UsesFirstEntry = "uses-first-entry", "docker-credential", "ACC-02", "uses the first of several entries";
    KeyFromProxyEndpoint = "key-from-proxy-endpoint", "kubelet", "ACC-03", "returns the proxyEndpoint of the response as the key";
    LogsInToProxyEndpoint = "logs-in-to-proxy-endpoint", "docker-login-caller", "ACC-03", "logs in to the proxyEndpoint of the response";
    RejectsSpacesUnclearly = "rejects-spaces-unclearly", "library", "ACC-04", "fails with an unclear message for a name with spaces around it";
    RenewsWithFirstAccount = "renews-with-first-account", "refresher", "ACC-05", "renews the login of each registry with the account of the first";
    RenewsFirstRegistry = "renews-first-registry", "library", "ACC-05", "requests the first registry when a registry is requested again";
    RequestsOnce = "requests-once", "refresher", "ACC-05", "requests each login once";
    LogsInWithSpaces = "logs-in-with-spaces", "docker-login-caller", "ACC-04", "passes the name of the registry to docker with the spaces around it";
    StopsAtFirstError = "stops-at-first-error", "refresher", "ACC-06", "ends the refresh of all registries when AWS denies a token for one of them";
    // Regions and hosts.
    RegionFromEnvironment = "region-from-environment", "docker-credential", "RGN-01", "signs for the region of the environment";
    RequiresRegion = "requires-region", "docker-credential", "RGN-02", "fails without a configured region, although the name of the registry contains one";
    HidesMissingRegion = "hides-missing-region", "docker-credential", "RGN-02", "fails without a region, with a message that does not mention the region";
    CacheIgnoresRegion = "cache-ignores-region", "library", "RGN-03", "caches tokens without regard to the Region of the registry";
    SupportsOnlyCom = "supports-only-com", "docker-credential", "HST-01", "accepts only registries below amazonaws.com";
    NoDualStack = "no-dual-stack", "docker-credential", "HST-02", "rejects dual-stack hosts";
    WrongDualStackHost = "wrong-dual-stack-host", "docker-credential", "HST-02", "calls a dual-stack endpoint that does not exist";
    NoFips = "no-fips", "docker-credential", "HST-03", "rejects FIPS hosts";
    NoLoginForFips = "no-login-for-fips", "image-tool", "HST-03", "sends no login to FIPS hosts";
    UnanchoredHost = "unanchored-host", "docker-credential", "HST-04", "accepts hosts that continue after amazonaws.com";
    MatchesPartOfHost = "matches-part-of-host", "docker-login-caller", "HST-06", "accepts a name if a part of it is the name of a registry";
    LogsInBeforeCheck = "logs-in-before-check", "docker-login-caller", "HST-06", "logs in to a host before it reports that the host is not a registry";
    // docker's protocol.
    ReturnsHostAsServerUrl = "returns-host-as-server-url", "docker-credential", "DHP-01", "returns the host as the ServerURL, instead of the requested URL";
    OwnNotFoundMessage = "own-not-found-message", "docker-credential", "DHP-02", "reports missing credentials with a message other than docker's";
    RequestsTokenForEveryHost = "requests-token-for-every-host", "docker-credential", "DHP-02", "requests a token for hosts other than ECR's";
    CallsStsForEveryHost = "calls-sts-for-every-host", "docker-credential", "DHP-02,DHP-09,HST-04", "calls STS before it checks the host";
    NotFoundForEveryError = "not-found-for-every-error", "docker-credential", "DHP-03", "reports every error as missing credentials";
    StoreFails = "store-fails", "docker-credential", "DHP-04", "fails to store without a message";
    LogsWhyStoreFails = "logs-why-store-fails", "docker-credential", "DHP-04", "fails to store, and writes the message to a log only";
    ListWaitsForApi = "list-waits-for-api", "docker-credential", "DHP-05", "waits for the API when it lists logins";
    ListsNothing = "lists-nothing", "docker-credential", "DHP-05", "lists logins without output";
    LogsToStdout = "logs-to-stdout", "docker-credential", "DHP-06", "logs to stdout with debug logging enabled";
    WorldReadableCache = "world-readable-cache", "docker-credential", "DHP-07", "makes its cache readable by all users";
    RequiresHome = "requires-home", "docker-credential", "DHP-07", "fails if it cannot create a directory in its home directory";
    PanicsOnCorruptCache = "panics-on-corrupt-cache", "docker-credential", "DHP-07", "panics when the cache is not JSON";
    AppendsToCache = "appends-to-cache", "docker-credential", "DHP-08", "appends to a cache that another process has changed";
    EmptyIsDefaultRegistry = "empty-is-default-registry", "docker-credential", "DHP-09", "returns the login of the default registry for an empty server URL";
    // The kubelet's protocol.
    AddsUnknownField = "adds-unknown-field", "kubelet", "KCP-01", "returns a field that the kubelet does not know";
    LongDuration = "long-duration", "kubelet", "KCP-01", "returns cacheDuration 24h0m0s for a token that is valid for hours";
    AcceptsEveryRequest = "accepts-every-request", "kubelet", "KCP-02", "does not check kind and apiVersion";
    KeyWithoutPort = "key-without-port", "kubelet", "KCP-04", "drops the port of the image";
    RejectsTagWithDigest = "rejects-tag-with-digest", "kubelet", "KCP-05", "rejects an image with both a tag and a digest";
    RejectsUnknownFields = "rejects-unknown-fields", "kubelet", "KCP-06", "rejects a request with a field that it does not know";
    // `docker login`.
    PasswordInArguments = "password-in-arguments", "docker-login-caller", "DKR-01", "passes the password to docker as an argument";
    LogsInTwice = "logs-in-twice", "docker-login-caller", "DKR-02", "info: logs in to each registry twice";
    IgnoresDockerExitCode = "ignores-docker-exit-code", "docker-login-caller", "DKR-03", "ignores docker's exit code";
    RenewsInBackground = "renews-in-background", "docker-login-caller", "DKR-04", "info: leaves a process that renews its logins";
    // Observability.
    LogsPassword = "logs-password", "docker-credential", "OBS-01", "logs the password with debug logging enabled";
    EchoesPassword = "echoes-password", "docker-login-caller", "OBS-01", "prints the password on stdout";
    EchoesAuthorization = "echoes-authorization", "image-tool", "OBS-01", "prints the Authorization header on stdout";
    WaitsForever = "waits-forever", "token-printer", "OBS-02", "waits forever for a response";
    NoEntryIsEmptyLogin = "no-entry-is-empty-login", "token-printer", "OBS-03", "returns an empty password for a response without entries";
    PanicsWithoutEntry = "panics-without-entry", "docker-login-caller", "OBS-03", "panics when the response has no entry";
    EndsAtInvalidResponse = "ends-at-invalid-response", "refresher", "NET-02,NET-03,NET-08,OBS-03", "ends if a response is invalid";
    ClearsLoginsWithoutEntry = "clears-logins-without-entry", "refresher", "OBS-03", "publishes an empty list when the response has no entry";
    IgnoresEmptyFile = "ignores-empty-file", "refresher", "OBS-04", "writes no login to a file that is empty";
}
