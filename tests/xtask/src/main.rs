//! The commands of this workspace. Few dependencies, so that it starts in seconds.
#![expect(clippy::print_stdout, reason = "a command that talks to the person who typed it")]

mod interop;
mod machine;
mod postgres;
mod steps;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::{machine::Need, postgres::Postgres, steps::Steps};

const USAGE: &str = "\
cargo xtask demo [--once] [--lang fr|en]   build the three services, run the main job, and leave them running
cargo xtask test                           everything: format, lints, every test on both databases, a real browser, the demo
cargo xtask ci                             the same with nothing skipped, the documentation, and the dependency policy
cargo xtask interop                        the implementations of others that ours are checked against, installed
cargo xtask postgres                       a throw-away PostgreSQL until Ctrl-C; prints its address";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["demo", options @ ..] => demo(options),
        ["test"] => test(false),
        ["ci"] => test(true),
        ["interop"] => {
            interop::prepare();
            Ok(ExitCode::SUCCESS)
        }
        ["postgres"] => postgres(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        [] => bail!("which command?\n\n{USAGE}"),
        [command, ..] => bail!("unknown command or options: {command}\n\n{USAGE}"),
    }
}

fn demo(options: &[&str]) -> Result<ExitCode> {
    machine::prepare(&[Need::Make, Need::Perl])?;
    let built = steps::cargo()
        .args([
            "build",
            "--bins",
            "--package",
            "issuer",
            "--package",
            "wallet",
            "--package",
            "verifier",
        ])
        .args(["--package", "tests"])
        .status()
        .context("cannot start cargo")?;
    if !built.success() {
        bail!("the services do not build");
    }
    let status = steps::built("demo")?
        .args(options)
        .status()
        .context("cannot start the demo")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn test(strict: bool) -> Result<ExitCode> {
    machine::prepare(&[
        Need::Make,
        Need::Perl,
        Need::Postgres,
        Need::Chromium,
        Need::Chromedriver,
    ])?;
    interop::prepare();
    let mut steps = Steps::default();
    steps.run("format", steps::cargo().args(["fmt", "--all", "--check"]));
    // These two and `doc` share what they compile of the dependencies; so do the tests and the demo.
    steps.run(
        "core alone",
        steps::cargo().args(["check", "--package", "shared", "--no-default-features"]),
    );
    steps.run(
        "lints",
        steps::cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    );
    if strict {
        steps.run(
            "documentation",
            steps::cargo()
                .args(["doc", "--workspace", "--no-deps", "--quiet"])
                .env("RUSTDOCFLAGS", "--deny warnings"),
        );
        if !machine::is_installed("cargo-deny") {
            bail!("cargo-deny is not installed\n\n    cargo install --locked cargo-deny");
        }
        steps.run("dependencies", steps::cargo().args(["deny", "--workspace", "check"]));
    }
    steps.run("build", steps::cargo().args(["test", "--workspace", "--no-run"]));
    let postgres = Postgres::start()?;
    let mut tests = steps::cargo();
    tests
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("MUSETTE_TEST_POSTGRES", postgres.url());
    if strict {
        tests.env("CI", "true");
    }
    steps.run("tests", &mut tests);
    drop(postgres);
    steps.run(
        "build the services",
        steps::cargo()
            .args([
                "build",
                "--bins",
                "--package",
                "issuer",
                "--package",
                "wallet",
                "--package",
                "verifier",
            ])
            .args(["--package", "tests"]),
    );
    steps.run("demo", steps::built("demo")?.arg("--once"));
    Ok(steps.close())
}

fn postgres() -> Result<ExitCode> {
    machine::prepare(&[Need::Postgres])?;
    let postgres = Postgres::start()?;
    println!("{}", postgres.url());
    // Ctrl-C reaches the server too: it is in our process group.
    postgres.wait()?;
    Ok(ExitCode::SUCCESS)
}
