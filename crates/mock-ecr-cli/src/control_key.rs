//! Random control keys.

use mock_ecr::config::Secret;

use crate::error::Error;

/// Returns a random control key. A mock that listens on an address that is not a loopback address requires a key for the control API.
pub(crate) fn random() -> Result<Secret, Error> {
    let mut bytes = [0; 16];
    let filled = getrandom::fill(&mut bytes).map_err(std::io::Error::from);
    filled.map_err(Error::system("cannot create a control key"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)).into())
}
