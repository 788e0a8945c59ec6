//! The other side: one process of each language for the whole run, spoken to in lines of JSON.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use serde_json::{Value, json};
use shared::{
    did::Did,
    keys::{Jwk, KeyKind, PublicKey},
};

/// A process with the libraries of one language.
pub(crate) struct Peer {
    /// As failures tell it.
    pub(crate) language: &'static str,
    pipes: Mutex<Pipes>,
}

struct Pipes {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Ends by itself with its input, that is with us.
    _process: Child,
}

/// A key of theirs; the private half is on the other side.
pub(crate) struct ForeignKey {
    pub(crate) handle: u64,
    pub(crate) public: PublicKey,
}

impl ForeignKey {
    /// Its did:key.
    pub(crate) fn did(&self) -> Did {
        did_key(&self.public)
    }

    /// The one verification method of [`Self::did`].
    pub(crate) fn method(&self) -> String {
        method(&self.public)
    }
}

/// The did:key of a key.
pub(crate) fn did_key(key: &PublicKey) -> Did {
    format!("did:key:{}", key.to_multikey()).parse().expect("a DID")
}

/// The verification method of its did:key.
pub(crate) fn method(key: &PublicKey) -> String {
    format!("{}#{}", did_key(key).as_str(), key.to_multikey())
}

/// A key as both sides of the pipe write it.
pub(crate) fn public(key: &PublicKey) -> Value {
    json!({"jwk": key.to_jwk().to_value(), "multikey": key.to_multikey()})
}

impl Peer {
    /// Every language that is installed.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        [Self::javascript(), Self::python()].into_iter().flatten()
    }

    /// Node, with the packages of `package-lock.json`.
    pub(crate) fn javascript() -> Option<&'static Self> {
        static PEER: OnceLock<Option<Peer>> = OnceLock::new();
        let start = || Self::start("JavaScript", "node", "package-lock.json", "node", "peer.mjs");
        PEER.get_or_init(start).as_ref()
    }

    /// Python, with the packages of `requirements.txt`.
    pub(crate) fn python() -> Option<&'static Self> {
        static PEER: OnceLock<Option<Peer>> = OnceLock::new();
        let start = || Self::start("Python", "python", "requirements.txt", "venv/bin/python", "peer.py");
        PEER.get_or_init(start).as_ref()
    }

    fn start(language: &'static str, folder: &str, lock: &str, program: &str, script: &str) -> Option<Self> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop").join(folder);
        let installed = installed().join(folder);
        // `xtask` leaves the lock file there when everything in it is installed.
        let is_same = |name: &str| fs::read(installed.join(name)).ok() == fs::read(sources.join(name)).ok();
        if !is_same(lock) {
            let line = format!(
                "!!! NO CROSS-CHECK WITH THE {} LIBRARIES DID RUN: {} HAS NOT WHAT {lock} SAYS !!!\n",
                language.to_uppercase(),
                installed.display()
            );
            // Straight to stderr: the harness keeps what the macros print of a test that passes.
            io::stderr().write_all(line.as_bytes()).expect("stderr takes a line");
            return None;
        }
        // Node looks for packages beside the script.
        for source in fs::read_dir(&sources).expect("our scripts") {
            let source = source.expect("a script").path();
            if source.is_file() {
                fs::copy(&source, installed.join(source.file_name().expect("a name"))).expect("a copy");
            }
        }
        let program = if program.contains('/') {
            installed.join(program)
        } else {
            PathBuf::from(program)
        };
        let mut process = Command::new(&program)
            .arg(script)
            .current_dir(&installed)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let pipes = Pipes {
            input: process.stdin.take().expect("a pipe"),
            output: BufReader::new(process.stdout.take().expect("a pipe")),
            _process: process,
        };
        Some(Self {
            language,
            pipes: Mutex::new(pipes),
        })
    }

    /// What a library answers, or how it refuses.
    pub(crate) fn call(&self, call: &str, with: &Value) -> Result<Value, String> {
        let mut answer = String::new();
        {
            let mut pipes = self.pipes.lock().expect("a peer that answers");
            writeln!(pipes.input, "{}", json!({"call": call, "with": with})).expect("a peer that listens");
            pipes.output.read_line(&mut answer).expect("a peer that answers");
        }
        let mut answer: Value = serde_json::from_str(&answer)
            .unwrap_or_else(|error| panic!("{} answers {call} with {answer:?}: {error}", self.language));
        match answer["refused"].take() {
            Value::String(refusal) => Err(refusal),
            _ => Ok(answer["answer"].take()),
        }
    }

    /// The same when it must not refuse.
    pub(crate) fn answer(&self, call: &str, with: &Value) -> Value {
        self.call(call, with)
            .unwrap_or_else(|refusal| panic!("{} refuses {call}: {refusal}\n{with}", self.language))
    }

    /// The same when the answer is a text.
    pub(crate) fn text(&self, call: &str, with: &Value) -> String {
        match self.answer(call, with) {
            Value::String(text) => text,
            other => panic!("{} answers {call} with {other}", self.language),
        }
    }

    /// A new key on the other side.
    pub(crate) fn generate(&self, kind: KeyKind) -> ForeignKey {
        let made = self.answer("generate", &json!({"kind": name(kind)}));
        let jwk = Jwk::from_value(made["jwk"].clone()).expect("a JWK");
        let public = PublicKey::from_jwk(&jwk).expect("a key that signs");
        assert_eq!(made["multikey"], public.to_multikey());
        ForeignKey {
            handle: made["handle"].as_u64().expect("a handle"),
            public,
        }
    }
}

fn name(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::P256 => "P-256",
        KeyKind::P384 => "P-384",
        KeyKind::Ed25519 => "Ed25519",
    }
}

/// Where `xtask` installs: beside the folder that cargo gives to tests.
fn installed() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("the target folder").join("interop")
}
