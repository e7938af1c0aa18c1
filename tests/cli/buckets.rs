//! Stores in an S3 bucket, with moto as the S3 service.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::clients::installed;
use crate::mock::{Mock, failing};
use crate::pusher::{Image, Pusher};
use crate::stores::token;

/// A running moto server with one empty bucket.
struct Moto {
    process: Child,
    address: String,
}

impl Moto {
    fn start() -> Self {
        let mut process = Command::new(installed("MOCK_ECR_PYTHON"))
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = log
            .find_map(|line| Some(line.unwrap().split_once("Running on http://")?.1.to_owned()))
            .expect("moto prints its address");
        // moto logs every request and blocks if anonymous reads the log.
        std::thread::spawn(move || log.for_each(drop));
        let moto = Moto { process, address };
        moto.make_bucket("images");
        moto
    }

    fn make_bucket(&self, name: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(
            stream,
            "PUT /{name} HTTP/1.0\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.contains(" 200 "), "{response}");
    }

    fn serve(&self, options: &[&str]) -> Mock {
        let store = ["--store", "s3://images/of/ci", "--dialect", "oci"];
        let options = [&store, options].concat();
        Mock::serve_with(&options, &variables(&format!("http://{}", self.address)))
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn variables(endpoint: &str) -> [(&'static str, &str); 3] {
    [
        ("AWS_ENDPOINT_URL_S3", endpoint),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "of-the-bucket"),
    ]
}

#[test]
fn images_in_a_bucket_persist_and_are_shared_between_servers() {
    let moto = Moto::start();
    let token = token();
    let one = moto.serve(&["--create-on-push"]);
    // The second layer is longer than one part of a multipart upload.
    let images = [
        Image::tagged("small", 5000),
        Image::tagged("large", 12 << 20),
    ];
    for image in &images {
        assert_eq!(Pusher::new(&one, &token).push(image).unwrap().status, 201);
    }
    let other = moto.serve(&[]);
    for image in &images {
        Pusher::new(&other, &token).assert_has(image);
    }
    drop((one, other));
    let later = moto.serve(&[]);
    let tags = Pusher::new(&later, &token).tags();
    assert_eq!(tags, ["large", "small"]);
}

#[test]
fn an_immutable_tag_in_a_bucket_is_created_once() {
    let moto = Moto::start();
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("config.toml");
    let toml = "[[repositories]]\nname = 'app'\nimage_tag_mutability = 'IMMUTABLE'\n";
    std::fs::write(&config, toml).unwrap();
    let options = ["--config", config.to_str().unwrap()];
    let (one, other) = (moto.serve(&options), moto.serve(&options));
    let token = token();
    let pushed = |mock, size| {
        let image = Image::tagged("once", size);
        Pusher::new(mock, &token).push(&image).unwrap().status
    };
    assert_eq!(pushed(&one, 100), 201);
    assert_eq!(pushed(&other, 200), 400);
    Pusher::new(&one, &token).assert_has(&Image::tagged("once", 100));
}

#[test]
fn tags_in_a_bucket_are_paginated_and_deleted() {
    let moto = Moto::start();
    let mock = moto.serve(&["--create-on-push"]);
    let mut pusher = Pusher::new(&mock, &token());
    let tags = ["a", "b", "c", "d", "e"];
    for tag in tags {
        let image = Image::tagged(tag, 100);
        assert_eq!(pusher.push(&image).unwrap().status, 201);
    }
    let mut page = |query: &str| {
        let path = format!("tags/list?{query}");
        let response = pusher.request("GET", &path, b"").unwrap();
        String::from_utf8(response.body).unwrap()
    };
    let tags = |page: &str| format!("{{\"name\":\"app\",\"tags\":[{page}]}}\n");
    assert_eq!(page("n=2"), tags(r#""a","b""#));
    assert_eq!(page("n=2&last=b"), tags(r#""c","d""#));
    let gone = pusher.request("DELETE", "manifests/c", b"");
    assert_eq!(gone.unwrap().status, 202);
    assert_eq!(pusher.tags(), ["a", "b", "d", "e"]);
}

#[test]
fn an_unusable_bucket_is_an_error_at_the_start() {
    let moto = Moto::start();
    let endpoint = format!("http://{}", moto.address);
    let serve_error = |store: &str, variables: &[(&str, &str)]| {
        let output = failing()
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store])
            .env_remove("AWS_ACCESS_KEY_ID")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"", "{store}");
        String::from_utf8(output.stderr).unwrap()
    };
    let absent = serve_error("s3://absent/of/ci", &variables(&endpoint));
    assert!(absent.contains("cannot open the store s3://absent/of/ci"));
    assert!(absent.contains("NoSuchBucket"), "{absent}");
    let anonymous = serve_error("s3://images", &[]);
    assert!(anonymous.contains("AWS_ACCESS_KEY_ID"), "{anonymous}");
    assert_eq!(anonymous.lines().count(), 1);
    assert!(serve_error("s3://", &[]).contains("expected memory, file:DIRECTORY, or s3://"));
}
