//! The options of `mock-ecr repository` and `mock-ecr image`.

use clap::{Parser, Subcommand};
use mock_ecr::RepositoryName;

use crate::args::control::ListOptions;

#[derive(Debug, Subcommand)]
pub(crate) enum RepositoryAction {
    /// Lists the repositories of all accounts and Regions, with the number of their images.
    List(ListOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImageAction {
    /// Lists the images of a repository, or of all repositories.
    List(ImageListOptions),
}

#[derive(Debug, Parser)]
pub(crate) struct ImageListOptions {
    /// The name of the repository. Repositories of this name in other accounts and Regions are included. Default: all repositories.
    pub(crate) repository: Option<RepositoryName>,
    #[command(flatten)]
    pub(crate) list: ListOptions,
}
