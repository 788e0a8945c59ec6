//! The official vectors, read where `MUSETTE_VECTORS` says (default: `../shared/vectors` beside the workspace). They are
//! not part of this repository: absent, every suite says so in one loud line, and fails when `CI=true`.

#[cfg(test)]
#[path = "vectors/bitstring.rs"]
mod bitstring;
#[cfg(test)]
#[path = "vectors/credential.rs"]
mod credential;
#[cfg(test)]
#[path = "vectors/data_integrity.rs"]
mod data_integrity;
#[cfg(test)]
#[path = "vectors/dids.rs"]
mod dids;
#[cfg(test)]
#[path = "vectors/json.rs"]
mod json;
#[cfg(test)]
#[path = "vectors/linked_data.rs"]
mod linked_data;
#[cfg(test)]
#[path = "vectors/open_badges.rs"]
mod open_badges;
#[cfg(test)]
#[path = "vectors/plain_ssi.rs"]
mod plain_ssi;
#[cfg(test)]
#[path = "vectors/schemas.rs"]
mod schemas;
#[cfg(test)]
#[path = "vectors/sd_jwt.rs"]
mod sd_jwt;
#[cfg(test)]
#[path = "vectors/selective.rs"]
mod selective;
#[cfg(test)]
#[path = "vectors/status_list.rs"]
mod status_list;
#[cfg(test)]
#[path = "vectors/type_metadata.rs"]
mod type_metadata;
#[cfg(test)]
#[path = "vectors/vc_jose.rs"]
mod vc_jose;
#[cfg(test)]
#[path = "vectors/vcdm.rs"]
mod vcdm;
#[cfg(test)]
#[path = "vectors/webvh.rs"]
mod webvh;
#[cfg(test)]
#[path = "vectors/wycheproof.rs"]
mod wycheproof;

#[cfg(test)]
mod source {
    use std::{
        fs,
        io::{self, Write},
        path::PathBuf,
        sync::Once,
    };

    use serde_json::Value;
    use shared::keys::{Jwk, PublicKey};
    use tests::fixtures;

    /// How many tests of this binary read vectors.
    const SUITES: usize = 56;

    /// The loud line is said once.
    static SAID: Once = Once::new();

    /// One folder of vectors.
    pub(crate) struct Vectors(PathBuf);

    impl Vectors {
        /// The folder `name`; `None`, said once aloud, when there are no vectors on this machine.
        pub(crate) fn open(name: &str) -> Option<Self> {
            if let Some(folder) = fixtures::vectors(name) {
                return Some(Self(folder));
            }
            SAID.call_once(|| {
                // Straight to stderr: the harness keeps what the macros print of a test that passes.
                let line = format!("!!! {SUITES} SUITES OF OFFICIAL VECTORS DID NOT RUN: THERE ARE NONE HERE !!!\n");
                io::stderr().write_all(line.as_bytes()).expect("stderr takes a line");
            });
            None
        }

        /// A file as text, without the line end.
        pub(crate) fn text(&self, file: &str) -> String {
            let path = self.0.join(file);
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            text.trim_end().to_owned()
        }

        /// A file as JSON.
        pub(crate) fn json(&self, file: &str) -> Value {
            serde_json::from_str(&self.text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
        }

        /// A file that is a public key, or the key under `member` of it.
        pub(crate) fn key(&self, file: &str, member: Option<&str>) -> PublicKey {
            let mut json = self.json(file);
            if let Some(member) = member {
                json = json[member].take();
            }
            key(&json)
        }

        /// The names of the files, in order.
        pub(crate) fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).expect("a folder");
            let mut names: Vec<String> = entries
                .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
                .collect();
            names.sort();
            names
        }

        /// A file byte for byte.
        pub(crate) fn bytes(&self, file: &str) -> Vec<u8> {
            fs::read(self.0.join(file)).expect("a file")
        }
    }

    /// A public key in JSON.
    pub(crate) fn key(json: &Value) -> PublicKey {
        PublicKey::from_jwk(&Jwk::from_value(json.clone()).expect("a key")).expect("a key that signs")
    }
}
