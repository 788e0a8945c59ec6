//! Every fuzz target on what it would meet: random bytes, and good input broken a little.

use proptest::prelude::*;
use tests::fuzzing::{TARGETS, corpus};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_target_fails_on_random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn no_target_fails_on_good_input_broken_a_little(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        for (_, target) in TARGETS {
            let mut bytes = which.get(corpus()).clone();
            let place = at.index(bytes.len());
            if cut { bytes.truncate(place) } else { bytes[place] = byte }
            target(&bytes);
        }
    }
}

#[test]
fn every_target_takes_good_input() {
    for (_, target) in TARGETS {
        for bytes in corpus() {
            target(bytes);
        }
    }
}

#[test]
fn every_target_has_its_file_and_every_file_its_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/fuzz_targets");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, names);
}
