//! The command line of the shop; see [`ribbon::server`].

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match ribbon::server::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "ribbon: {error}");
            ExitCode::FAILURE
        }
    }
}
