//! Writes good input into a folder, for the fuzz targets to start from: what `tests::fuzzing` makes itself, and every small
//! file below the folders named after it.
//!
//! ```text
//! cargo run --package tests --example seeds -- FOLDER [FOLDER OF VECTORS]…
//! ```

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// libFuzzer makes inputs as long as its longest seed: long ones cost executions.
const LONGEST: u64 = 16 * 1024;

fn main() -> Result<()> {
    let mut folders = env::args_os().skip(1).map(PathBuf::from);
    let seeds = folders.next().context("which folder?")?;
    fs::create_dir_all(&seeds)?;
    for (number, bytes) in tests::fuzzing::corpus().iter().enumerate() {
        fs::write(seeds.join(format!("ours-{number}")), bytes)?;
    }
    let mut copied = 0;
    for folder in folders {
        copy(&folder, &seeds, &mut copied)?;
    }
    Ok(())
}

fn copy(folder: &Path, seeds: &Path, copied: &mut u32) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), seeds, copied)?;
        } else if entry.metadata()?.len() <= LONGEST {
            fs::copy(entry.path(), seeds.join(format!("vector-{copied}")))?;
            *copied += 1;
        }
    }
    Ok(())
}
