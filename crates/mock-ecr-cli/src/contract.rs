//! `mock-ecr contract`: any client, run through what ECR does on good and bad days.

use std::process::ExitCode;

use ecr_contract::Suite;
use tokio::runtime::Runtime;

use crate::args::ContractOptions;
use crate::failure::Failure;
use crate::stdout;

pub(crate) fn contract(options: &ContractOptions) -> Result<ExitCode, Failure> {
    let suite = suite(options)?;
    if options.list {
        let lines = suite.list()?.into_iter();
        let lines: String = lines
            .map(|(id, title)| format!("{id}  {title}\n"))
            .collect();
        stdout::print(&lines)?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = Runtime::new().map_err(Failure::system("cannot start a runtime"))?;
    let report = runtime.block_on(suite.run(|_| {}))?;
    let text = format!(
        "{}\n",
        serde_json::to_string_pretty(&report).unwrap_or_default()
    );
    stdout::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn suite(options: &ContractOptions) -> Result<Suite, Failure> {
    let program = std::env::current_exe().map_err(Failure::system("cannot find this program"))?;
    let performer = vec![
        program.to_string_lossy().into_owned(),
        "contract-run".to_owned(),
    ];
    let mut suite = Suite::new(options.class, options.client.clone(), performer);
    suite.redirect = options.redirect();
    suite.only.clone_from(&options.only);
    suite.scenarios.clone_from(&options.scenarios);
    suite.seed.clone_from(&options.seed);
    suite.jobs = options.jobs;
    Ok(suite)
}
