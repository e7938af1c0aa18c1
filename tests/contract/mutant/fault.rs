//! What a mutant does wrong: one fault for a process.

use std::sync::OnceLock;

/// Chooses the fault of this process; false where there is none of the name.
pub(crate) fn select(name: &str) -> bool {
    let found = ALL.iter().find(|one| one.name == name);
    found.is_some_and(|one| SELECTED.set(one.fault).is_ok())
}

/// A line for each fault: its name, its class, the scenarios that must notice it, and what it does.
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
    RequestsTwice = "requests-twice", "token-printer", "TOK-01", "asks the API twice for one token";
    SplitsAtEveryColon = "splits-at-every-colon", "docker-credential", "TOK-02", "takes what stands between the first and the second colon for the password";
    UrlSafeBase64 = "url-safe-base64", "docker-login-caller", "TOK-03", "decodes with the alphabet of URLs";
    TruncatesAt2048 = "truncates-at-2048", "docker-credential", "TOK-04", "cuts passwords after 2048 bytes";
    UserIsAlwaysAws = "user-is-always-aws", "library", "TOK-05", "says that the user is AWS, whatever the token says";
    PrintsNoNewline = "prints-no-newline", "token-printer", "TOK-06", "prints no newline after the password";
    PrintsCrLf = "prints-crlf", "token-printer", "TOK-06", "prints CR and LF after the password";
    SendsCrlfToDocker = "sends-crlf-to-docker", "docker-login-caller", "TOK-06", "gives docker CR and LF after the password";
    // Ends.
    NeverCaches = "never-caches", "docker-credential", "EXP-01", "keeps no token";
    RefreshesAtExpiry = "refreshes-at-expiry", "library", "EXP-02", "keeps a token until its very end";
    CachesForever = "caches-forever", "docker-credential", "EXP-02,EXP-03", "keeps a token for ever";
    ReturnsLongExpired = "returns-long-expired", "docker-credential", "EXP-03", "takes what died more than an hour ago for alive";
    ExpiredInOutage = "expired-in-outage", "docker-credential", "EXP-04", "hands out a dead token while the API is down";
    NoGrace = "no-grace", "docker-credential", "EXP-05", "fails while the API is down, though its token is alive";
    ExpiredAfterDenial = "expired-after-denial", "library", "EXP-06", "hands out a dead token when AWS denies a new one";
    FixedDuration = "fixed-duration", "kubelet", "EXP-07", "says 6h0m0s of every token that has an end";
    CachesAtLeastAMinute = "caches-at-least-a-minute", "library", "EXP-07", "keeps every token for a minute at least";
    NullDuration = "null-duration", "kubelet", "EXP-08", "says null of a token that is past its end";
    PanicsWithoutExpiry = "panics-without-expiry", "token-printer", "EXP-09", "panics where expiresAt is missing";
    RequiresFractionalExpiry = "requires-fractional-expiry", "kubelet", "EXP-10", "refuses an expiresAt of whole seconds";
    ExpiryIn32Bits = "expiry-in-32-bits", "library", "EXP-10", "refuses an expiresAt after 2038";
    FixedMargin = "fixed-margin", "library", "EXP-11", "info: keeps a token until half an hour before its end";
    IgnoresRejection = "ignores-rejection", "library", "EXP-12", "hands out again what the registry has refused";
    NeverRenews = "never-renews", "image-tool", "EXP-12", "goes on with the login that it began with, come what may";
    RenewsForManifestsOnly = "renews-for-manifests-only", "image-tool", "EXP-13", "takes no new login when a layer is refused";
    RefreshesAfterTtl = "refreshes-after-ttl", "refresher", "EXP-14", "refreshes at an interval of the token's life";
    // The registry.
    IgnoresRejectionBy403 = "ignores-403", "image-tool", "REG-01", "takes no new login when it is refused by 403";
    IgnoresRejectionBy401 = "ignores-401", "image-tool", "REG-02", "takes no new login when it is refused by 401";
    IgnoresRejectionBy400 = "ignores-400", "image-tool", "REG-03", "takes no new login when it is refused by 400";
    HidesAuthorizationError = "hides-authorization-error", "image-tool", "REG-04", "fails without a word of authorization";
    TrustsStoredLogins = "trusts-stored-logins", "image-tool", "REG-05", "goes on with a stored login that is refused";
    SendsLoginToBlobHost = "sends-login-to-blob-host", "image-tool", "REG-06", "sends Authorization to the host of the layers";
    // Throttling.
    NeverRetries = "never-retries", "token-printer", "THR-01", "makes one try";
    NoRetryOn400 = "no-retry-on-400", "library", "THR-01", "takes a ThrottlingException of status 400 for a mistake of its own";
    ConstantGap = "constant-gap", "docker-login-caller", "THR-01", "info: tries again every 50 milliseconds";
    RetriesForever = "retries-forever", "token-printer", "THR-02", "never gives up";
    NoRetryOn429 = "no-retry-on-429", "docker-credential", "THR-03", "takes status 429 for the end";
    IgnoresRetryAfter = "ignores-retry-after", "token-printer", "THR-03", "info: does not wait as long as Retry-After wants";
    FailsWhenLocked = "fails-when-locked", "docker-credential", "THR-04", "fails when another process is writing the cache";
    CachesErrors = "caches-errors", "library", "THR-05", "gives a failure again instead of another try";
    NoJitter = "no-jitter", "refresher", "THR-06", "info: refreshes at exactly half the life of a token";
    ClearsLoginsInOutage = "clears-logins-in-outage", "refresher", "THR-07", "publishes an empty list when no new token can be had";
    // The network.
    RetriesBrokenConnectionsForever = "retries-broken-connections-forever", "token-printer", "NET-01", "tries again for ever when a connection breaks";
    HtmlIsEmptyLogin = "html-is-empty-login", "token-printer", "NET-02", "takes a page of HTML for an empty password";
    PanicsOnInvalidJson = "panics-on-invalid-json", "docker-credential", "NET-03", "panics when the answer is not JSON";
    IgnoresProxy = "ignores-proxy", "token-printer", "NET-04", "calls AWS's names itself where there is a proxy";
    IgnoresNoProxy = "ignores-no-proxy", "token-printer", "NET-05", "calls through the proxy what NO_PROXY exempts";
    TrustsAnyCertificate = "trusts-any-certificate", "token-printer", "NET-06", "believes every certificate";
    HidesClockError = "hides-clock-error", "token-printer", "NET-07", "fails without a word of the clock";
    RetriesSkewedSignatures = "retries-skewed-signatures", "library", "NET-07", "sends a signature of the wrong time again and again";
    // Credentials.
    RetriesExpiredKeys = "retries-expired-keys", "token-printer", "CRD-01", "tries again when its keys have expired";
    UnknownKeyIsEmptyLogin = "unknown-key-is-empty-login", "token-printer", "CRD-02", "prints an empty password when its key is not known";
    DenialIsEmptyLogin = "denial-is-empty-login", "library", "CRD-03", "gives an empty login when access is denied";
    HidesHelperError = "hides-helper-error", "image-tool", "CRD-03", "goes on without a login when the helper fails";
    WaitsForCredentials = "waits-for-credentials", "library", "CRD-04", "looks for credentials for twenty seconds";
    ResolvesCredentialsFirst = "resolves-credentials-first", "docker-credential", "CRD-04", "looks for credentials before it looks at the host";
    CacheIgnoresAccessKey = "cache-ignores-access-key", "docker-credential", "CRD-05", "keeps tokens without regard to whose they are";
    NeverPrunes = "never-prunes", "docker-credential", "CRD-06", "info: keeps a token for each key that there ever was";
    // Accounts.
    CacheIgnoresAccount = "cache-ignores-account", "docker-credential", "ACC-01", "keeps tokens without regard to the account of the registry";
    EmptyRegistryIds = "empty-registry-ids", "library", "ACC-01", "sends an empty list of registryIds for all accounts but the first";
    UsesFirstEntry = "uses-first-entry", "docker-credential", "ACC-02", "takes the first entry of several";
    KeyFromProxyEndpoint = "key-from-proxy-endpoint", "kubelet", "ACC-03", "keys the login to the proxyEndpoint of the answer";
    LogsInToProxyEndpoint = "logs-in-to-proxy-endpoint", "docker-login-caller", "ACC-03", "logs in to the proxyEndpoint of the answer";
    RejectsSpacesUnclearly = "rejects-spaces-unclearly", "library", "ACC-04", "fails without a clear word where a name has spaces around it";
    RenewsWithFirstAccount = "renews-with-first-account", "refresher", "ACC-05", "renews the login of each registry with the account of the first";
    RenewsFirstRegistry = "renews-first-registry", "library", "ACC-05", "asks for the first registry instead of any that it is asked for again";
    // Regions and hosts.
    RegionFromEnvironment = "region-from-environment", "docker-credential", "RGN-01", "signs for the region of the environment";
    HidesMissingRegion = "hides-missing-region", "docker-credential", "RGN-02", "fails without a word of the region where none is set";
    SupportsOnlyCom = "supports-only-com", "docker-credential", "HST-01", "knows registries below amazonaws.com alone";
    NoDualStack = "no-dual-stack", "docker-credential", "HST-02", "does not know dual-stack names";
    NoFips = "no-fips", "docker-credential", "HST-03", "does not know names of FIPS";
    NoLoginForFips = "no-login-for-fips", "image-tool", "HST-03", "sends no login to names of FIPS";
    UnanchoredHost = "unanchored-host", "docker-credential", "HST-04", "takes names that go on after amazonaws.com for ECR's";
    // docker's protocol.
    ReturnsHostAsServerUrl = "returns-host-as-server-url", "docker-credential", "DHP-01", "gives the host for the URL that it was asked for";
    OwnNotFoundMessage = "own-not-found-message", "docker-credential", "DHP-02", "says in its own words that there is no login";
    RequestsTokenForEveryHost = "requests-token-for-every-host", "docker-credential", "DHP-02", "asks AWS for hosts that are not ECR's";
    NotFoundForEveryError = "not-found-for-every-error", "docker-credential", "DHP-03", "says of every failure that there is no login";
    StoreFails = "store-fails", "docker-credential", "DHP-04", "fails to store without a word";
    ListWaitsForApi = "list-waits-for-api", "docker-credential", "DHP-05", "lists nothing until the API has answered";
    LogsToStdout = "logs-to-stdout", "docker-credential", "DHP-06", "logs to stdout when it is told to debug";
    WorldReadableCache = "world-readable-cache", "docker-credential", "DHP-07", "lets everybody read its cache";
    PanicsOnCorruptCache = "panics-on-corrupt-cache", "docker-credential", "DHP-07", "panics at a cache that is not JSON";
    AppendsToCache = "appends-to-cache", "docker-credential", "DHP-08", "appends to a cache that another process has changed";
    // The kubelet's.
    AddsUnknownField = "adds-unknown-field", "kubelet", "KCP-01", "answers with a field that the kubelet does not know";
    LongDuration = "long-duration", "kubelet", "KCP-01", "says 24h0m0s of a token that lives for hours";
    AcceptsEveryRequest = "accepts-every-request", "kubelet", "KCP-02", "does not look at kind and apiVersion";
    KeyWithoutPort = "key-without-port", "kubelet", "KCP-04", "drops the port of the image";
    // `docker login`.
    PasswordInArguments = "password-in-arguments", "docker-login-caller", "DKR-01", "gives docker the password as an argument";
    LogsInTwice = "logs-in-twice", "docker-login-caller", "DKR-02", "info: logs in to each registry twice";
    IgnoresDockerExitCode = "ignores-docker-exit-code", "docker-login-caller", "DKR-03", "does not look at docker's exit code";
    // What is seen from outside.
    LogsPassword = "logs-password", "docker-credential", "OBS-01", "logs the password when it is told to debug";
    WaitsForever = "waits-forever", "token-printer", "OBS-02", "waits for an answer that does not come";
    NoEntryIsEmptyLogin = "no-entry-is-empty-login", "token-printer", "OBS-03", "takes an answer without entries for an empty password";
    PanicsWithoutEntry = "panics-without-entry", "docker-login-caller", "OBS-03", "panics when there is no entry";
    ClearsLoginsWithoutEntry = "clears-logins-without-entry", "refresher", "OBS-03", "publishes an empty list when an answer has no entry";
}
