//! Steps of a run, each timed, and their summary.

use std::{
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// What ran and how it ended. A failed step does not stop the next: one run tells everything that is wrong.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

struct Step {
    name: &'static str,
    took: Duration,
    passed: bool,
}

impl Steps {
    /// Runs a command with our own input and output.
    pub(crate) fn run(&mut self, name: &'static str, command: &mut Command) {
        println!("\n── {name}: {}", written(command));
        let started = Instant::now();
        let passed = match command.status() {
            Ok(status) => status.success(),
            Err(error) => {
                println!("cannot start: {error}");
                false
            }
        };
        self.0.push(Step {
            name,
            took: started.elapsed(),
            passed,
        });
    }

    /// Prints the summary.
    pub(crate) fn close(self) -> ExitCode {
        println!("\n── summary");
        for Step { name, took, passed } in &self.0 {
            println!(
                "{}  {:>7.1} s  {name}",
                if *passed { "passed" } else { "FAILED" },
                took.as_secs_f32()
            );
        }
        let total: Duration = self.0.iter().map(|step| step.took).sum();
        println!("        {:>7.1} s  in all", total.as_secs_f32());
        if self.0.iter().all(|step| step.passed) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A binary of this workspace: cargo puts it beside ours.
pub(crate) fn built(name: &str) -> Result<Command> {
    let ours = std::env::current_exe().context("cannot tell where xtask is")?;
    Ok(Command::new(ours.with_file_name(name)))
}

fn written(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
