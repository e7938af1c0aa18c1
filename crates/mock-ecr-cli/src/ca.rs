//! `mock-ecr ca`: prints the CA certificate of a mock.

use std::process::ExitCode;

use mock_ecr::config::CaLocation;
use mock_ecr::tls::CertificateAuthority;

use crate::args::CaOptions;
use crate::error::Error;
use crate::{control_client, stdout};
use ecr_contract::sandbox::store_certificate;

pub(crate) async fn ca(options: CaOptions) -> Result<ExitCode, Error> {
    let text = match &options.tls {
        Some(CaLocation::Directory(directory)) => {
            let ca = CertificateAuthority::in_directory(directory)?;
            match options.path {
                true => line(&CertificateAuthority::certificate_path(directory)),
                false => ca.certificate_pem().to_owned(),
            }
        }
        Some(_) => return Err(Error::NoDirectory),
        None => {
            let pem = control_client::get(&options.target, "ca.pem").await?;
            let pem = String::from_utf8_lossy(&pem).into_owned();
            match options.path {
                true => line(&store_certificate(&pem)?),
                false => pem,
            }
        }
    };
    stdout::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn line(path: &std::path::Path) -> String {
    format!("{}\n", path.display())
}
