//! Layers in an S3 bucket, with moto as the S3 service.

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

    /// Starts a mock with its records in a directory and its layers in the bucket.
    fn serve(&self, directory: &tempfile::TempDir, options: &[&str]) -> Mock {
        let store = format!("file:{}", directory.path().display());
        let stores = ["--store", &store, "--layers", "s3://images/of/ci"];
        let options = [&stores[..], &["--dialect", "oci"], options].concat();
        Mock::serve_with(&options, &variables(&format!("http://{}", self.address)))
    }
}

impl Moto {
    /// Returns the error of a mock that does not start.
    fn serve_error(&self, directory: &tempfile::TempDir, options: &[&str]) -> String {
        let store = format!("file:{}", directory.path().display());
        let output = failing()
            .args(["serve", "--listen", "127.0.0.1:0", "--store", &store])
            .args(options)
            .envs(variables(&format!("http://{}", self.address)))
            .output()
            .unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
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
fn layers_in_a_bucket_persist() {
    let (moto, directory) = (Moto::start(), tempfile::tempdir().unwrap());
    let token = token();
    let mock = moto.serve(&directory, &["--create-on-push"]);
    // The second layer is longer than one part of a multipart upload.
    let images = [
        Image::tagged("small", 5000),
        Image::tagged("large", 12 << 20),
    ];
    for image in &images {
        assert_eq!(Pusher::new(&mock, &token).push(image).unwrap().status, 201);
    }
    assert!(!directory.path().join("layers").exists());
    drop(mock);
    let later = moto.serve(&directory, &[]);
    let mut reader = Pusher::new(&later, &token);
    for image in &images {
        reader.assert_has(image);
    }
    assert_eq!(reader.tags(), ["large", "small"]);
    drop(later);
    // The bucket belongs to the store, and the store to the bucket.
    let (other, layers) = (tempfile::tempdir().unwrap(), "s3://images/of/ci");
    let error = moto.serve_error(&other, &["--layers", layers]);
    assert!(error.contains("this store is empty"), "{error}");
    let error = moto.serve_error(&directory, &[]);
    let expected = "expected the value of --layers of an earlier start";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn an_unusable_bucket_is_an_error_at_the_start() {
    let moto = Moto::start();
    let endpoint = format!("http://{}", moto.address);
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    let serve_error = |layers: &str, variables: &[(&str, &str)]| {
        let output = failing()
            .args(["serve", "--listen", "127.0.0.1:0", "--store", &store])
            .args(["--layers", layers])
            .env_remove("AWS_ACCESS_KEY_ID")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"", "{layers}");
        String::from_utf8(output.stderr).unwrap()
    };
    let absent = serve_error("s3://absent/of/ci", &variables(&endpoint));
    let expected = "cannot open the location of layers s3://absent/of/ci: ";
    assert!(absent.contains(expected), "{absent}");
    assert_eq!(absent.lines().count(), 1, "{absent}");
    assert!(absent.contains("NoSuchBucket"), "{absent}");
    let anonymous = serve_error("s3://images", &[]);
    assert!(anonymous.contains("AWS_ACCESS_KEY_ID"), "{anonymous}");
    assert_eq!(anonymous.lines().count(), 1);
    let invalid = serve_error("s3://", &[]);
    assert!(
        invalid.contains("expected file:DIRECTORY or s3://BUCKET/PREFIX"),
        "{invalid}"
    );
    let memory = failing()
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--layers",
            "s3://images",
        ])
        .output()
        .unwrap();
    let memory = String::from_utf8(memory.stderr).unwrap();
    assert!(
        memory.contains("--layers requires --store file:DIRECTORY"),
        "{memory}"
    );
    let store = failing()
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            "s3://images/of/ci",
        ])
        .output()
        .unwrap();
    let store = String::from_utf8(store.stderr).unwrap();
    assert!(store.contains("--layers s3://images/of/ci"), "{store}");
}

#[test]
fn an_unusable_endpoint_is_an_error_of_one_line_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("file:{}", directory.path().display());
    for (endpoint, expected) in [
        ("http://127.0.0.1:1", "Connection refused"),
        ("notaurl", "AWS_ENDPOINT_URL_S3"),
    ] {
        let output = failing()
            .args(["serve", "--listen", "127.0.0.1:0", "--store", &store])
            .args(["--layers", "s3://images"])
            .envs(variables(endpoint))
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let start = "mock-ecr: cannot open the location of layers s3://images: ";
        assert!(stderr.starts_with(start), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}
