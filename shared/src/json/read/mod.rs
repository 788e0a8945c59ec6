//! Reading JSON (RFC 8259) in one pass, straight into nodes.

use std::borrow::Cow;

use super::{Ambiguous, MAX_DEPTH, Node, node::Members};

/// The member by which `serde_json` with `arbitrary_precision` knows its numbers: an object that has it could pass for one
/// when a value is read into a type.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// Up to how many members names are compared one by one.
const FEW: usize = 24;

/// Reads one value and nothing after it.
pub(super) fn read(text: &str) -> Result<Node<'_>, Ambiguous> {
    let mut reader = Reader { text, at: 0 };
    let mut node = Node::Null;
    reader.value(&mut node, 0)?;
    match reader.token() {
        None => Ok(node),
        Some(_) => Err(Ambiguous),
    }
}

/// Reads an array of one value or more into the first of these places, and nothing after it; says how many they are.
pub(super) fn read_few<'a>(text: &'a str, places: &mut [Node<'a>]) -> Result<usize, Ambiguous> {
    let mut reader = Reader { text, at: 0 };
    if reader.token() != Some(b'[') {
        return Err(Ambiguous);
    }
    reader.at += 1;
    for (before, place) in places.iter_mut().enumerate() {
        reader.value(place, 1)?;
        if reader.is_last(b']')? {
            return match reader.token() {
                None => Ok(before + 1),
                Some(_) => Err(Ambiguous),
            };
        }
    }
    Err(Ambiguous)
}

struct Reader<'a> {
    text: &'a str,
    /// The next byte; never within a character.
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    /// The next byte that is no white space; it stays.
    fn token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// A value within `depth` arrays and objects, into the place where it stays: handing it back and moving it there takes
    /// longer than reading it.
    fn value(&mut self, into: &mut Node<'a>, depth: usize) -> Result<(), Ambiguous> {
        *into = match self.token().ok_or(Ambiguous)? {
            b'"' => Node::Text(self.string()?),
            b'{' => Node::Object(self.object(deeper(depth)?)?),
            b'[' => Node::Array(self.array(deeper(depth)?)?),
            b'-' | b'0'..=b'9' => Node::Number(self.number()?.into()),
            b't' => {
                self.word("true")?;
                Node::Boolean(true)
            }
            b'f' => {
                self.word("false")?;
                Node::Boolean(false)
            }
            _ => {
                self.word("null")?;
                Node::Null
            }
        };
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), Ambiguous> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Ambiguous);
        }
        self.at += word.len();
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node<'a>>, Ambiguous> {
        self.at += 1;
        let mut nodes = Vec::new();
        if self.token() == Some(b']') {
            self.at += 1;
            return Ok(nodes);
        }
        loop {
            // Made where it is: one that is pushed is written elsewhere first, and waited for.
            nodes.resize_with(nodes.len() + 1, || Node::Null);
            if let Some(node) = nodes.last_mut() {
                self.value(node, depth)?;
            }
            if self.is_last(b']')? {
                return Ok(nodes);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Members<'a>, Ambiguous> {
        self.at += 1;
        let mut members = Vec::new();
        if self.token() == Some(b'}') {
            self.at += 1;
            return Ok(members);
        }
        members.reserve(8);
        loop {
            if self.token() != Some(b'"') {
                return Err(Ambiguous);
            }
            members.resize_with(members.len() + 1, || (Cow::Borrowed(""), Node::Null));
            if let Some((name, node)) = members.last_mut() {
                *name = self.string()?;
                if self.token() != Some(b':') {
                    return Err(Ambiguous);
                }
                self.at += 1;
                self.value(node, depth)?;
            }
            if self.is_last(b'}')? {
                break;
            }
        }
        if are_clear(&members) {
            Ok(members)
        } else {
            Err(Ambiguous)
        }
    }

    /// Whether the `end` comes after a value, rather than a comma.
    fn is_last(&mut self, end: u8) -> Result<bool, Ambiguous> {
        let token = self.token();
        self.at += 1;
        match token {
            Some(b',') => Ok(false),
            Some(byte) if byte == end => Ok(true),
            _ => Err(Ambiguous),
        }
    }

    /// §6: as it is written, if a double can hold its magnitude.
    fn number(&mut self) -> Result<&'a str, Ambiguous> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let written = &self.text[start..self.at];
        // Fewer digits than the largest double has, and no exponent.
        if !has_exponent && written.len() < 300 {
            return Ok(written);
        }
        let value: f64 = written.parse().map_err(|_| Ambiguous)?;
        if value.is_finite() { Ok(written) } else { Err(Ambiguous) }
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), Ambiguous> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Ambiguous) }
    }

    /// §7: borrowed when it is written without escapes.
    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, Ambiguous> {
        self.at += 1;
        let plain = self.plain();
        if self.next() == Some(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        self.at -= 1;
        self.escaped(plain).map(Cow::Owned)
    }

    /// A string that began without escapes.
    #[cold]
    fn escaped(&mut self, plain: &str) -> Result<String, Ambiguous> {
        let mut text = String::from(plain);
        loop {
            match self.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(Ambiguous),
            }
            text.push_str(self.plain());
        }
    }

    /// What stands for itself, up to a quote, an escape or what may not be there.
    fn plain(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = plain_length(rest.as_bytes());
        self.at += length;
        &rest[..length]
    }

    /// After the backslash.
    fn escape(&mut self) -> Result<char, Ambiguous> {
        Ok(match self.next().ok_or(Ambiguous)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(Ambiguous),
        })
    }

    /// After `\u`: one code unit, or the two of a character beyond the basic plane. Half a pair is no character.
    fn unicode(&mut self) -> Result<char, Ambiguous> {
        let first = self.code_unit()?;
        if let Some(letter) = char::from_u32(first.into()) {
            return Ok(letter);
        }
        if self.next() != Some(b'\\') || self.next() != Some(b'u') {
            return Err(Ambiguous);
        }
        let mut pair = char::decode_utf16([first, self.code_unit()?]);
        pair.next().and_then(Result::ok).ok_or(Ambiguous)
    }

    /// Four hexadecimal digits.
    fn code_unit(&mut self) -> Result<u16, Ambiguous> {
        (0..4).try_fold(0, |unit, _| {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.and_then(|digit| u16::try_from(digit).ok());
            Ok(unit << 4 | digit.ok_or(Ambiguous)?)
        })
    }
}

fn deeper(depth: usize) -> Result<usize, Ambiguous> {
    if depth < MAX_DEPTH {
        Ok(depth + 1)
    } else {
        Err(Ambiguous)
    }
}

/// How many bytes come before a special one; by eights, as nearly all of a text is plain.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The highest bit of each byte below `limit`. Above the first of them a bit may be wrong.
        let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        let special = (below(word, b' ') | is(b'"') | is(b'\\')) & (ONES << 7);
        if special != 0 {
            return 8 * index + special.trailing_zeros() as usize / 8;
        }
    }
    let last = rest.iter().position(|byte| is_special(*byte));
    8 * words.len() + last.unwrap_or(rest.len())
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Whether no name is there twice, and none is reserved.
fn are_clear(members: &Members<'_>) -> bool {
    let repeats = if members.len() <= FEW {
        let mut before = 0..members.len();
        before.any(|index| members[..index].iter().any(|(name, _)| *name == members[index].0))
    } else {
        let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    !repeats && members.iter().all(|(name, _)| name != NUMBER_TOKEN)
}

#[cfg(test)]
mod tests;
