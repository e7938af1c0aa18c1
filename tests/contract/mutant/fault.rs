//! What a mutant does wrong: one fault for a process.

use std::sync::OnceLock;

/// Chooses the fault of this process; false where there is none of the name.
pub(crate) fn choose(name: &str) -> bool {
    let found = ALL.iter().find(|one| one.name == name);
    found.is_some_and(|one| CHOSEN.set(one.fault).is_ok())
}

/// A line for each fault: its name, its class, the scenarios that must notice it, and what it does.
pub(crate) fn list() -> String {
    let line = |one: &Described| {
        let scenarios = one.scenarios;
        format!(
            "{}\t{}\t{scenarios}\t{}\n",
            one.name, one.client_type, one.does
        )
    };
    ALL.iter().map(line).collect()
}

impl Fault {
    pub(crate) fn is_on(self) -> bool {
        CHOSEN.get() == Some(&self)
    }
}

static CHOSEN: OnceLock<Fault> = OnceLock::new();

struct Described {
    fault: Fault,
    name: &'static str,
    client_type: &'static str,
    scenarios: &'static str,
    does: &'static str,
}

macro_rules! faults {
    ($($fault:ident = $name:literal, $client_type:literal, $scenarios:literal, $does:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Fault {
            $($fault,)*
        }

        const ALL: &[Described] = &[
            $(Described {
                fault: Fault::$fault,
                name: $name,
                client_type: $client_type,
                scenarios: $scenarios,
                does: $does,
            },)*
        ];
    };
}

faults! {
    // Tokens.
    AsksTwice = "asks-twice", "token-printer", "TOK-01", "asks the API twice for one token";
    SplitsAtEveryColon = "splits-at-every-colon", "docker-credential", "TOK-02", "takes what stands between the first and the second colon for the password";
    UrlSafeBase64 = "url-safe-base64", "docker-login-caller", "TOK-03", "decodes with the alphabet of URLs";
    TruncatesAt2048 = "truncates-at-2048", "docker-credential", "TOK-04", "cuts passwords after 2048 bytes";
    UserIsAlwaysAws = "user-is-always-aws", "library", "TOK-05", "says that the user is AWS, whatever the token says";
    PrintsNoNewline = "prints-no-newline", "token-printer", "TOK-06", "prints no newline after the password";
    PrintsCrLf = "prints-crlf", "token-printer", "TOK-06", "prints CR and LF after the password";
    NewlineToDocker = "newline-to-docker", "docker-login-caller", "TOK-06", "gives docker CR and LF after the password";
    // Ends.
    NeverCaches = "never-caches", "docker-credential", "EXP-01", "keeps no token";
    RefreshesAtExpiry = "refreshes-at-expiry", "library", "EXP-02", "keeps a token until its very end";
    CachesForEver = "caches-for-ever", "docker-credential", "EXP-02,EXP-03", "keeps a token for ever";
    TrustsYesterday = "trusts-yesterday", "docker-credential", "EXP-03", "takes what died more than an hour ago for alive";
    DeadInOutage = "dead-in-outage", "docker-credential", "EXP-04", "hands out a dead token while the API is down";
    NoGrace = "no-grace", "docker-credential", "EXP-05", "fails while the API is down, though its token is alive";
    DeadAfterDenial = "dead-after-denial", "library", "EXP-06", "hands out a dead token when AWS denies a new one";
    FixedDuration = "fixed-duration", "kubelet", "EXP-07", "says 6h0m0s of every token that has an end";
    CachesAMinuteAtLeast = "caches-a-minute-at-least", "library", "EXP-07", "keeps every token for a minute at least";
    NullDuration = "null-duration", "kubelet", "EXP-08", "says null of a token that is past its end";
    PanicsWithoutEnd = "panics-without-end", "token-printer", "EXP-09", "panics where expiresAt is missing";
    WantsAFraction = "wants-a-fraction", "kubelet", "EXP-10", "refuses an expiresAt of whole seconds";
    EndIn32Bits = "end-in-32-bits", "library", "EXP-10", "refuses an expiresAt after 2038";
    FixedMargin = "fixed-margin", "library", "EXP-11", "info: keeps a token until half an hour before its end";
    IgnoresRefusal = "ignores-refusal", "library", "EXP-12", "hands out again what the registry has refused";
    NeverRenews = "never-renews", "image-tool", "EXP-12", "goes on with the login that it began with, come what may";
    RenewsForManifestsOnly = "renews-for-manifests-only", "image-tool", "EXP-13", "takes no new login when a layer is refused";
    RefreshesAfterLifetime = "refreshes-after-lifetime", "refresher", "EXP-14", "refreshes at an interval of the token's life";
    // The registry.
    IgnoresRefusalsBy403 = "ignores-403", "image-tool", "REG-01", "takes no new login when it is refused by 403";
    IgnoresRefusalsBy401 = "ignores-401", "image-tool", "REG-02", "takes no new login when it is refused by 401";
    IgnoresRefusalsBy400 = "ignores-400", "image-tool", "REG-03", "takes no new login when it is refused by 400";
    SaysNothingOfLogins = "says-nothing-of-logins", "image-tool", "REG-04", "fails without a word of authorization";
    TrustsStoredLogins = "trusts-stored-logins", "image-tool", "REG-05", "goes on with a stored login that is refused";
    ShowsLoginToBlobHost = "shows-login-to-blob-host", "image-tool", "REG-06", "sends Authorization to the host of the layers";
    // Throttling.
    NeverRetries = "never-retries", "token-printer", "THR-01", "makes one try";
    NoRetryOf400 = "no-retry-of-400", "library", "THR-01", "takes a ThrottlingException of status 400 for a mistake of its own";
    ConstantGap = "constant-gap", "docker-login-caller", "THR-01", "info: tries again every 50 milliseconds";
    RetriesForEver = "retries-for-ever", "token-printer", "THR-02", "never gives up";
    NoRetryOf429 = "no-retry-of-429", "docker-credential", "THR-03", "takes status 429 for the end";
    IgnoresRetryAfter = "ignores-retry-after", "token-printer", "THR-03", "info: does not wait as long as Retry-After wants";
    FailsWhenLocked = "fails-when-locked", "docker-credential", "THR-04", "fails when another process is writing the cache";
    CachesFailures = "caches-failures", "library", "THR-05", "gives a failure again instead of another try";
    NoJitter = "no-jitter", "refresher", "THR-06", "info: refreshes at exactly half the life of a token";
    WipesInOutage = "wipes-in-outage", "refresher", "THR-07", "publishes an empty list when no new token can be had";
    // The network.
    RetriesBrokenForEver = "retries-broken-for-ever", "token-printer", "NET-01", "tries again for ever when a connection breaks";
    HtmlIsAnonymous = "html-is-anonymous", "token-printer", "NET-02", "takes a page of HTML for an empty password";
    PanicsAtGarbage = "panics-at-garbage", "docker-credential", "NET-03", "panics when the answer is not JSON";
    IgnoresProxy = "ignores-proxy", "token-printer", "NET-04", "calls AWS's names itself where there is a proxy";
    IgnoresNoProxy = "ignores-no-proxy", "token-printer", "NET-05", "calls through the proxy what NO_PROXY exempts";
    TrustsAnyCertificate = "trusts-any-certificate", "token-printer", "NET-06", "believes every certificate";
    HidesTheClock = "hides-the-clock", "token-printer", "NET-07", "fails without a word of the clock";
    RetriesSignatures = "retries-signatures", "library", "NET-07", "sends a signature of the wrong time again and again";
    // Credentials.
    RetriesExpiredKeys = "retries-expired-keys", "token-printer", "CRD-01", "tries again when its keys have expired";
    UnknownKeyIsAnonymous = "unknown-key-is-anonymous", "token-printer", "CRD-02", "prints an empty password when its key is not known";
    DenialIsAnonymous = "denial-is-anonymous", "library", "CRD-03", "gives an empty login when access is denied";
    HidesTheHelper = "hides-the-helper", "image-tool", "CRD-03", "goes on without a login when the helper fails";
    WaitsForCredentials = "waits-for-credentials", "library", "CRD-04", "looks for credentials for twenty seconds";
    CredentialsFirst = "credentials-first", "docker-credential", "CRD-04", "looks for credentials before it looks at the host";
    CacheOfAnybody = "cache-of-anybody", "docker-credential", "CRD-05", "keeps tokens without regard to whose they are";
    NeverPrunes = "never-prunes", "docker-credential", "CRD-06", "info: keeps a token for each key that there ever was";
    // Accounts.
    CacheOfAnyAccount = "cache-of-any-account", "docker-credential", "ACC-01", "keeps tokens without regard to the account of the registry";
    EmptyRegistryIds = "empty-registry-ids", "library", "ACC-01", "sends an empty list of registryIds for all accounts but the first";
    TakesTheFirst = "takes-the-first", "docker-credential", "ACC-02", "takes the first entry of several";
    KeyOfTheAnswer = "key-of-the-answer", "kubelet", "ACC-03", "keys the login to the proxyEndpoint of the answer";
    LogsInToTheAnswer = "logs-in-to-the-answer", "docker-login-caller", "ACC-03", "logs in to the proxyEndpoint of the answer";
    KeepsSpaces = "keeps-spaces", "library", "ACC-04", "fails without a clear word where a name has spaces around it";
    RenewsTheFirst = "renews-the-first", "refresher", "ACC-05", "renews the login of each registry with the account of the first";
    RenewsAsTheFirst = "renews-as-the-first", "library", "ACC-05", "asks for the first registry instead of any that it is asked for again";
    // Regions and hosts.
    RegionOfEnvironment = "region-of-environment", "docker-credential", "RGN-01", "signs for the region of the environment";
    NamesNoRegion = "names-no-region", "docker-credential", "RGN-02", "fails without a word of the region where none is set";
    KnowsOnlyCom = "knows-only-com", "docker-credential", "HST-01", "knows registries below amazonaws.com alone";
    NoDualStack = "no-dual-stack", "docker-credential", "HST-02", "does not know dual-stack names";
    NoFips = "no-fips", "docker-credential", "HST-03", "does not know names of FIPS";
    NoLoginForFips = "no-login-for-fips", "image-tool", "HST-03", "sends no login to names of FIPS";
    UnanchoredHost = "unanchored-host", "docker-credential", "HST-04", "takes names that go on after amazonaws.com for ECR's";
    // docker's protocol.
    EchoesTheHost = "echoes-the-host", "docker-credential", "DHP-01", "gives the host for the URL that it was asked for";
    OwnNotFound = "own-not-found", "docker-credential", "DHP-02", "says in its own words that there is no login";
    AsksForEveryHost = "asks-for-every-host", "docker-credential", "DHP-02", "asks AWS for hosts that are not ECR's";
    MasksErrors = "masks-errors", "docker-credential", "DHP-03", "says of every failure that there is no login";
    StoreFails = "store-fails", "docker-credential", "DHP-04", "fails to store without a word";
    ListWaits = "list-waits", "docker-credential", "DHP-05", "lists nothing until the API has answered";
    LogsToStdout = "logs-to-stdout", "docker-credential", "DHP-06", "logs to stdout when it is told to debug";
    CacheForAll = "cache-for-all", "docker-credential", "DHP-07", "lets everybody read its cache";
    PanicsAtCorruptCache = "panics-at-corrupt-cache", "docker-credential", "DHP-07", "panics at a cache that is not JSON";
    AppendsToTheCache = "appends-to-the-cache", "docker-credential", "DHP-08", "appends to a cache that another process has changed";
    // The kubelet's.
    AddsAField = "adds-a-field", "kubelet", "KCP-01", "answers with a field that the kubelet does not know";
    LongDuration = "long-duration", "kubelet", "KCP-01", "says 24h0m0s of a token that lives for hours";
    TakesEveryRequest = "takes-every-request", "kubelet", "KCP-02", "does not look at kind and apiVersion";
    KeyWithoutPort = "key-without-port", "kubelet", "KCP-04", "drops the port of the image";
    // `docker login`.
    PasswordInArguments = "password-in-arguments", "docker-login-caller", "DKR-01", "gives docker the password as an argument";
    LogsInTwice = "logs-in-twice", "docker-login-caller", "DKR-02", "info: logs in to each registry twice";
    IgnoresDocker = "ignores-docker", "docker-login-caller", "DKR-03", "does not look at docker's exit code";
    // What is seen from outside.
    LogsTheSecret = "logs-the-secret", "docker-credential", "OBS-01", "logs the password when it is told to debug";
    WaitsForEver = "waits-for-ever", "token-printer", "OBS-02", "waits for an answer that does not come";
    NoEntryIsAnonymous = "no-entry-is-anonymous", "token-printer", "OBS-03", "takes an answer without entries for an empty password";
    PanicsWithoutEntry = "panics-without-entry", "docker-login-caller", "OBS-03", "panics when there is no entry";
    WipesWithoutEntry = "wipes-without-entry", "refresher", "OBS-03", "publishes an empty list when an answer has no entry";
}
