use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn registry(account: &str) -> Registry {
    let host = format!("{account}.dkr.ecr.us-east-1.amazonaws.com");
    Registry::parse(&host).unwrap()
}

fn token(password: &str, registry: &Registry, end: u64) -> Token {
    let credentials = Credentials {
        username: "AWS".to_owned(),
        password: Password::new(password.to_owned()),
        expires_at: Some(at(end)),
        registry: registry.to_string(),
    };
    Token::new(credentials, at(0))
}

fn identity(access_key_id: &str) -> Identity {
    Identity {
        access_key_id: access_key_id.to_owned(),
        ..Identity::default()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

/// Creates a file with one token.
fn cache_with_token(path: &Path) -> (CacheFile, Registry, Token) {
    let cache = CacheFile::new(path, identity("A"));
    let registry = registry("111111111111");
    let token = token("one", &registry, 600);
    cache.save(Some(&registry), &token, at(0)).unwrap();
    (cache, registry, token)
}

#[test]
fn a_saved_token_is_loaded_from_a_private_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("new/tokens.json");
    let (cache, registry, token) = cache_with_token(&path);
    assert_eq!(cache.load(Some(&registry)), Some(token));
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let files = fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(files.count(), 1, "no temporary file remains");
}

#[test]
fn registries_identities_and_endpoints_do_not_share_tokens() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry_a, token_a) = cache_with_token(&path);
    let other = registry("222222222222");
    let other_endpoint = Identity {
        endpoint: "http://127.0.0.1:1/".to_owned(),
        ..identity("A")
    };
    assert_eq!(cache.load(Some(&other)), None);
    assert_eq!(cache.load(None), None);
    for identity in [identity("B"), other_endpoint] {
        let other_cache = CacheFile::new(&path, identity);
        assert_eq!(other_cache.load(Some(&registry_a)), None);
        let own = token("two", &registry_a, 600);
        other_cache.save(Some(&registry_a), &own, at(0)).unwrap();
        assert_eq!(other_cache.load(Some(&registry_a)), Some(own));
    }
    assert_eq!(cache.load(Some(&registry_a)), Some(token_a));
}

#[test]
fn another_host_name_of_the_registry_finds_its_token() {
    let home = tempfile::tempdir().unwrap();
    let (cache, _, _) = cache_with_token(&home.path().join("tokens.json"));
    let dual = "111111111111.dkr-ecr.us-east-1.on.aws";
    let found = cache.load(Some(&Registry::parse(dual).unwrap())).unwrap();
    assert_eq!(found.credentials.registry, dual);
}

#[test]
fn a_file_writable_by_others_is_ignored() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, token) = cache_with_token(&path);
    for permissions in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(permissions)).unwrap();
        assert_eq!(cache.load(Some(&registry)), None, "{permissions:o}");
    }
    cache.save(Some(&registry), &token, at(0)).unwrap();
    assert_eq!(mode(&path), 0o600, "the file is replaced");
    assert_eq!(cache.load(Some(&registry)), Some(token));
}

#[test]
fn an_invalid_file_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, token) = cache_with_token(&path);
    let valid = fs::read_to_string(&path).unwrap();
    let other_version = valid.replace("\"version\":1", "\"version\":2");
    let negative = valid.replace("\"fetched_at_ms\":1", "\"fetched_at_ms\":-1");
    for invalid in [
        "",
        "{",
        "[]",
        "\0",
        &valid[..valid.len() / 2],
        &other_version,
        &negative,
    ] {
        fs::write(&path, invalid).unwrap();
        assert_eq!(cache.load(Some(&registry)), None, "{invalid}");
        cache.save(Some(&registry), &token, at(0)).unwrap();
        assert_eq!(cache.load(Some(&registry)).as_ref(), Some(&token));
    }
}

#[test]
fn the_ttl_of_a_token_in_the_file_is_capped() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, _) = cache_with_token(&path);
    let text = fs::read_to_string(&path).unwrap();
    let end = format!("\"expires_at_ms\":{}", millis(at(600)).unwrap());
    assert!(text.contains(&end), "{text}");
    let forged = text.replace(&end, &format!("\"expires_at_ms\":{}", i64::MAX));
    fs::write(&path, forged).unwrap();
    let found = cache.load(Some(&registry)).unwrap();
    assert_eq!(found.credentials.expires_at, Some(at(12 * 3600)));
}

#[test]
fn saving_a_token_drops_expired_tokens() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, _, _) = cache_with_token(&path);
    let other = registry("222222222222");
    let later = token("two", &other, 6000);
    cache.save(Some(&other), &later, at(600)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        !text.contains("\"one\"") && text.contains("\"two\""),
        "{text}"
    );
}

#[test]
fn a_registry_keeps_the_tokens_of_four_identities() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (first, registry, _) = cache_with_token(&path);
    let other = save_other_registry(&path);
    let found = |key: &str| CacheFile::new(&path, identity(key)).load(Some(&registry));
    for key in ["B", "C", "D", "E"] {
        let cache = CacheFile::new(&path, identity(key));
        let own = token(key, &registry, 600);
        cache.save(Some(&registry), &own, at(0)).unwrap();
    }
    assert_eq!(found("A"), None, "the oldest was evicted");
    assert!(
        ["B", "C", "D", "E"]
            .into_iter()
            .all(|key| found(key).is_some())
    );
    assert!(
        first.load(Some(&other)).is_some(),
        "other registries are not affected"
    );
}

fn save_other_registry(path: &Path) -> Registry {
    let other = registry("222222222222");
    let cache = CacheFile::new(path, identity("A"));
    let own = token("two", &other, 600);
    cache.save(Some(&other), &own, at(0)).unwrap();
    other
}

#[test]
fn tokens_are_removed_by_registry_or_password() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry_a, token_a) = cache_with_token(&path);
    let other = registry("222222222222");
    let second = token("two", &other, 600);
    cache.save(Some(&other), &second, at(0)).unwrap();
    cache.remove_password(&second.credentials.password).unwrap();
    assert_eq!(cache.load(Some(&other)), None);
    CacheFile::remove(&path, &other).unwrap();
    assert_eq!(cache.load(Some(&registry_a)), Some(token_a));
    CacheFile::remove(&path, &registry_a).unwrap();
    assert_eq!(cache.load(Some(&registry_a)), None);
}

#[test]
fn no_token_remains_in_a_file_that_is_ignored() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (_, registry, token) = cache_with_token(&path);
    let mut text = fs::read_to_string(&path).unwrap();
    text.push('x');
    fs::write(&path, text).unwrap();
    CacheFile::remove(&path, &registry).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        !text.contains(token.credentials.password.expose()),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn tokens_are_removed_from_the_target_of_a_link() {
    let home = tempfile::tempdir().unwrap();
    let (path, target) = (home.path().join("link"), home.path().join("tokens.json"));
    let (_, registry, token) = cache_with_token(&target);
    std::os::unix::fs::symlink(&target, &path).unwrap();
    CacheFile::remove(&path, &registry).unwrap();
    assert!(path.is_symlink());
    let text = fs::read_to_string(&target).unwrap();
    assert!(
        !text.contains(token.credentials.password.expose()),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_replaced_only_if_it_is_a_cache() {
    let home = tempfile::tempdir().unwrap();
    let (path, target) = (home.path().join("link"), home.path().join("notes.txt"));
    std::os::unix::fs::symlink(&target, &path).unwrap();
    fs::write(&target, "precious").unwrap();
    let registry = registry("111111111111");
    let cache = CacheFile::new(&path, identity("A"));
    assert!(
        cache
            .save(None, &token("a", &registry, 600), at(0))
            .is_err()
    );
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    fs::write(&target, "").unwrap();
    cache
        .save(None, &token("a", &registry, 600), at(0))
        .unwrap();
    assert!(cache.load(None).is_some() && path.is_symlink());
}

#[test]
fn a_token_of_another_host_remains_if_a_registry_is_removed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry_a, _) = cache_with_token(&path);
    let mut local = token("local", &registry_a, 600);
    local.credentials.registry = "localhost:4566".to_owned();
    cache.save(None, &local, at(0)).unwrap();
    CacheFile::remove(&path, &registry_a).unwrap();
    assert_eq!(cache.load(None), Some(local));
}

#[test]
fn an_existing_temporary_file_is_skipped() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let existing = path.with_extension(format!("{}-0.new", std::process::id()));
    fs::write(&existing, "left by a killed process").unwrap();
    let (cache, registry, token) = cache_with_token(&path);
    assert_eq!(cache.load(Some(&registry)), Some(token));
    assert!(existing.exists());
}
