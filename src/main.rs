//! The program `scanlift`: parses the command line and hands over.

use std::process::ExitCode;

fn main() -> ExitCode {
    scanlift::commands::main()
}
