use std::os::unix::fs::PermissionsExt;

use super::*;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

fn registry(account: &str) -> Registry {
    let host = format!("{account}.dkr.ecr.us-east-1.amazonaws.com");
    Registry::of(&host).unwrap()
}

fn token(password: &str, registry: &Registry, end: u64) -> Token {
    let credentials = Credentials {
        username: "AWS".to_owned(),
        password: Password::new(password.to_owned()),
        expires_at: Some(at(end)),
        registry: registry.to_string(),
    };
    Token::fetched(credentials, at(0))
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

/// A file with one token in it.
fn filled(path: &Path) -> (CacheFile, Registry, Token) {
    let cache = CacheFile::new(path, identity("A"));
    let registry = registry("111111111111");
    let token = token("one", &registry, 600);
    cache.save(Some(&registry), &token, at(0)).unwrap();
    (cache, registry, token)
}

#[test]
fn what_is_saved_comes_back_from_a_file_of_its_owners() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("new/tokens.json");
    let (cache, registry, token) = filled(&path);
    assert_eq!(cache.load(Some(&registry)), Some(token));
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    let files = fs::read_dir(path.parent().unwrap()).unwrap();
    assert_eq!(files.count(), 1, "nothing is left beside it");
}

#[test]
fn neither_registries_nor_identities_nor_endpoints_share() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry_a, token_a) = filled(&path);
    let other = registry("222222222222");
    let elsewhere = Identity {
        endpoint: "http://127.0.0.1:1/".to_owned(),
        ..identity("A")
    };
    assert_eq!(cache.load(Some(&other)), None);
    assert_eq!(cache.load(None), None);
    for identity in [identity("B"), elsewhere] {
        let stranger = CacheFile::new(&path, identity);
        assert_eq!(stranger.load(Some(&registry_a)), None);
        let own = token("two", &registry_a, 600);
        stranger.save(Some(&registry_a), &own, at(0)).unwrap();
        assert_eq!(stranger.load(Some(&registry_a)), Some(own));
    }
    assert_eq!(cache.load(Some(&registry_a)), Some(token_a));
}

#[test]
fn another_name_of_a_registry_finds_its_token() {
    let home = tempfile::tempdir().unwrap();
    let (cache, _, _) = filled(&home.path().join("tokens.json"));
    let dual = "111111111111.dkr-ecr.us-east-1.on.aws";
    let found = cache.load(Some(&Registry::of(dual).unwrap())).unwrap();
    assert_eq!(found.credentials.registry, dual);
}

#[test]
fn a_file_that_others_may_write_to_is_not_read() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, token) = filled(&path);
    for open in [0o620, 0o602, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        assert_eq!(cache.load(Some(&registry)), None, "{open:o}");
    }
    cache.save(Some(&registry), &token, at(0)).unwrap();
    assert_eq!(mode(&path), 0o600, "it is replaced");
    assert_eq!(cache.load(Some(&registry)), Some(token));
}

#[test]
fn a_file_that_is_broken_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, token) = filled(&path);
    let whole = fs::read_to_string(&path).unwrap();
    let other_version = whole.replace("\"version\":1", "\"version\":2");
    let negative = whole.replace("\"fetched_at_ms\":1", "\"fetched_at_ms\":-1");
    for broken in [
        "",
        "{",
        "[]",
        "\0",
        &whole[..whole.len() / 2],
        &other_version,
        &negative,
    ] {
        fs::write(&path, broken).unwrap();
        assert_eq!(cache.load(Some(&registry)), None, "{broken}");
        cache.save(Some(&registry), &token, at(0)).unwrap();
        assert_eq!(cache.load(Some(&registry)).as_ref(), Some(&token));
    }
}

#[test]
fn an_end_that_was_written_into_the_file_is_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry, _) = filled(&path);
    let text = fs::read_to_string(&path).unwrap();
    let end = format!("\"expires_at_ms\":{}", millis(at(600)).unwrap());
    assert!(text.contains(&end), "{text}");
    let forged = text.replace(&end, &format!("\"expires_at_ms\":{}", i64::MAX));
    fs::write(&path, forged).unwrap();
    let found = cache.load(Some(&registry)).unwrap();
    assert_eq!(found.credentials.expires_at, Some(at(12 * 3600)));
}

#[test]
fn the_dead_leave_with_the_next_token() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, _, _) = filled(&path);
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
fn a_registry_has_room_for_four_identities() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (first, registry, _) = filled(&path);
    let other = registry_of_another(&path);
    let found = |key: &str| CacheFile::new(&path, identity(key)).load(Some(&registry));
    for key in ["B", "C", "D", "E"] {
        let cache = CacheFile::new(&path, identity(key));
        let own = token(key, &registry, 600);
        cache.save(Some(&registry), &own, at(0)).unwrap();
    }
    assert_eq!(found("A"), None, "the oldest has gone");
    assert!(
        ["B", "C", "D", "E"]
            .into_iter()
            .all(|key| found(key).is_some())
    );
    assert!(first.load(Some(&other)).is_some(), "others are not touched");
}

fn registry_of_another(path: &Path) -> Registry {
    let other = registry("222222222222");
    let cache = CacheFile::new(path, identity("A"));
    let own = token("two", &other, 600);
    cache.save(Some(&other), &own, at(0)).unwrap();
    other
}

#[test]
fn a_registry_or_a_password_is_forgotten() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let (cache, registry_a, token_a) = filled(&path);
    let other = registry("222222222222");
    let second = token("two", &other, 600);
    cache.save(Some(&other), &second, at(0)).unwrap();
    cache.forget_password(&second.credentials.password).unwrap();
    assert_eq!(cache.load(Some(&other)), None);
    CacheFile::forget(&path, &other).unwrap();
    assert_eq!(cache.load(Some(&registry_a)), Some(token_a));
    CacheFile::forget(&path, &registry_a).unwrap();
    assert_eq!(cache.load(Some(&registry_a)), None);
}

#[test]
fn a_name_that_is_taken_is_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tokens.json");
    let taken = path.with_extension(format!("{}-0.new", std::process::id()));
    fs::write(&taken, "of a process that was killed").unwrap();
    let (cache, registry, token) = filled(&path);
    assert_eq!(cache.load(Some(&registry)), Some(token));
    assert!(taken.exists());
}
