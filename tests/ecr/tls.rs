//! Verification of certificates.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::CertifiedKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::command::Ecr;
use crate::stub::{ONE_REGISTRY, Reaction, bind_port, response};

/// Starts a server with a self-signed certificate, and returns its address and the certificate.
fn server() -> (SocketAddr, String) {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            serve(StreamOwned::new(connection, stream.unwrap()));
        }
    });
    (address, cert.pem())
}

/// Responds after the request: its body of two bytes may arrive after its headers.
fn serve(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"\r\n\r\n{}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let Reaction::Send(bytes) = response(200, "", ONE_REGISTRY) else {
        unreachable!("a response is bytes");
    };
    stream.write_all(&bytes).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
}

/// Starts a proxy that opens a tunnel to this address for any target.
fn proxy(address: SocketAddr) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        assert!(request.starts_with(b"CONNECT ecr.invalid:443 "));
        let mut server = TcpStream::connect(address).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from, &mut to));
        std::io::copy(&mut server, &mut client)
    });
    url
}

fn ecr(address: SocketAddr, arguments: &[&str]) -> Ecr {
    let url = format!("https://{address}");
    Ecr::new(&[&["get-login-password"], arguments].concat()).env("AWS_ENDPOINT_URL", &url)
}

#[test]
fn a_certificate_in_the_ca_bundle_is_trusted() {
    let (address, pem) = server();
    let outcome = ecr(address, &["--ca-bundle", "ca.pem"])
        .file("ca.pem", &pem)
        .run();
    assert_eq!(outcome.success(), "password\n");
    ecr(address, &[])
        .run()
        .assert_error_contains(&["SSL validation failed"]);
}

#[test]
fn no_verify_ssl_accepts_any_certificate_and_warns() {
    let (address, _) = server();
    let through_proxy = Ecr::new(&["get-login-password", "--no-verify-ssl"])
        .env("AWS_ENDPOINT_URL", "https://ecr.invalid")
        .env("https_proxy", &proxy(address));
    for ecr in [
        ecr(address, &["--no-verify-ssl"]),
        ecr(address, &["--no-verify-ssl", "--ca-bundle", "/nope.pem"]),
        through_proxy,
    ] {
        let outcome = ecr.run();
        assert_eq!(outcome.stdout, "password\n", "{outcome:?}");
        let warning = outcome.stderr.trim_end();
        assert!(
            warning.contains("not verified") && !warning.contains('\n'),
            "{warning}"
        );
    }
}

#[test]
fn no_verify_ssl_names_an_unreachable_server() {
    let (_socket, address) = bind_port();
    let outcome = ecr(address, &["--no-verify-ssl"]).run();
    let text = format!("\nCould not connect to the endpoint URL: \"https://{address}/\"\n");
    assert!(outcome.stderr.ends_with(&text), "{outcome:?}");
}
