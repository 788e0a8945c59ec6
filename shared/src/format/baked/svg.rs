//! SVG: the credential is in an element of a namespace of its own, right after the opening of the root.
//!
//! ```xml
//! <svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">
//!   <openbadges:credential verify="header.payload.signature"></openbadges:credential>   (a compact JWS)
//!   <openbadges:credential><![CDATA[ {"@context": …} ]]></openbadges:credential>        (JSON)
//! ```
//! Read event by event, without building a tree: a document type is refused, so that there are no entities but those of
//! XML itself, and the depth and the namespaces in scope are bounded.

use std::ops::Range;

use quick_xml::{
    NsReader,
    events::{BytesStart, Event},
    name::{Namespace, QName, ResolveResult},
};

use super::{BakedError, Form};
use crate::credential::open_badge::Former;

const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
/// Of Open Badges 1 and 2: its element is `assertion`.
const FORMER_NAMESPACE: &str = "http://openbadges.org";
const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";
const PREFIX: &str = "openbadges";

const MAX_DEPTH: usize = 256;

/// The longest opening of an element whose attributes are looked at one by one: checking that none is twice takes the
/// square of their number.
const MAX_OPENING: usize = super::MAX_CREDENTIAL + 16 * 1024;
const MAX_ATTRIBUTES: usize = 256;

pub(super) fn unbake(picture: &[u8]) -> Result<String, BakedError> {
    match walk(picture)? {
        Found { badge: Some(badge), .. } => Ok(badge),
        Found { has_former: true, .. } => Err(Former::V2.into()),
        Found { .. } => Err(BakedError::NoBadge),
    }
}

pub(super) fn bake(picture: &[u8], credential: &str, form: Form) -> Result<Vec<u8>, BakedError> {
    let found = walk(picture)?;
    if found.badge.is_some() {
        return Err(BakedError::AlreadyBaked);
    }
    if credential.chars().any(|character| !is_xml(character)) {
        return Err(BakedError::NotForXml);
    }
    let (declaration, own) = match found.prefix {
        Prefix::Free => (format!(" xmlns:{PREFIX}=\"{NAMESPACE}\""), String::new()),
        Prefix::Ours => (String::new(), String::new()),
        Prefix::Taken => (String::new(), format!(" xmlns:{PREFIX}=\"{NAMESPACE}\"")),
    };
    let element = match form {
        Form::Token => format!("<{PREFIX}:credential{own} verify=\"{credential}\"></{PREFIX}:credential>"),
        Form::Json => {
            // XML reads every line end as a line feed (§2.11); outside strings, where alone it may stand, it says nothing.
            let lines = credential.replace("\r\n", "\n").replace('\r', "\n");
            // The end of a section cannot stand in one: it is cut in two.
            let sections = lines.replace("]]>", "]]]]><![CDATA[>");
            format!("<{PREFIX}:credential{own}><![CDATA[{sections}]]></{PREFIX}:credential>")
        }
    };
    let Root { opening, name, empty } = found.root;
    let after_name = opening.start + 1 + name.len();
    let mut baked = Vec::with_capacity(picture.len() + declaration.len() + element.len() + name.len() + 3);
    baked.extend_from_slice(&picture[..after_name]);
    baked.extend_from_slice(declaration.as_bytes());
    if empty {
        // `<svg …/>` becomes `<svg …>` with something in it.
        baked.extend_from_slice(&picture[after_name..opening.end - 2]);
        baked.extend_from_slice(format!(">{element}</{name}>").as_bytes());
    } else {
        baked.extend_from_slice(&picture[after_name..opening.end]);
        baked.extend_from_slice(element.as_bytes());
    }
    baked.extend_from_slice(&picture[opening.end..]);
    Ok(baked)
}

/// What there is in a picture.
struct Found {
    badge: Option<String>,
    has_former: bool,
    root: Root,
    prefix: Prefix,
}

/// The opening of the root, its name as written, and whether it is its end too.
struct Root {
    opening: Range<usize>,
    name: String,
    empty: bool,
}

/// What the root makes of the prefix we would write.
enum Prefix {
    Free,
    Ours,
    Taken,
}

/// A badge that is being read.
struct Reading {
    depth: usize,
    token: Option<String>,
    text: String,
}

/// Reads the whole picture, so that two badges are two.
fn walk(picture: &[u8]) -> Result<Found, BakedError> {
    let malformed = BakedError::MalformedSvg;
    let whole = std::str::from_utf8(picture).map_err(|_| malformed)?;
    // The reader does not count a byte order mark.
    let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let start = whole.len() - text.len();
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    let (mut root, mut badge, mut reading) = (None, None, None::<Reading>);
    let (mut has_former, mut depth) = (false, 0usize);
    loop {
        let from = start + position(reader.buffer_position())?;
        let event = reader.read_event().map_err(|_| malformed)?;
        let until = start + position(reader.buffer_position())?;
        match &event {
            Event::Start(opening) | Event::Empty(opening) => {
                if reading.is_some() {
                    return Err(BakedError::MalformedBadge);
                }
                let empty = matches!(event, Event::Empty(_));
                match depth {
                    0 if root.is_some() => return Err(malformed),
                    0 => root = Some(read_root(&reader, opening, from..until, empty)?),
                    MAX_DEPTH.. => return Err(malformed),
                    _ => {}
                }
                match named(&reader, opening) {
                    Named::Badge if badge.is_some() => return Err(BakedError::Repeated),
                    Named::Badge => {
                        let token = attribute(opening, "verify", until - from)?;
                        if empty {
                            badge = Some(token.ok_or(BakedError::MalformedBadge)?);
                        } else {
                            reading = Some(Reading {
                                depth,
                                token,
                                text: String::new(),
                            });
                        }
                    }
                    Named::Former => has_former = true,
                    Named::Other => {}
                }
                if !empty {
                    depth += 1;
                }
            }
            Event::End(_) => {
                depth = depth.checked_sub(1).ok_or(malformed)?;
                if let Some(read) = reading.take_if(|reading| reading.depth == depth) {
                    badge = Some(match read.token {
                        Some(token) if read.text.trim().is_empty() => token,
                        None => read.text,
                        Some(_) => return Err(BakedError::MalformedBadge),
                    });
                }
            }
            Event::Text(text) => collect(reading.as_mut(), depth, &text.xml10_content())?,
            Event::CData(text) => {
                if depth == 0 {
                    return Err(malformed);
                }
                collect(reading.as_mut(), depth, &text.xml10_content())?;
            }
            Event::GeneralRef(reference) => {
                let character = character(reference).ok_or(malformed)?;
                let mut bytes = [0; 4];
                // Outside the root no reference may stand, not even of a space.
                if depth == 0 {
                    return Err(malformed);
                }
                collect(reading.as_mut(), depth, character.encode_utf8(&mut bytes))?;
            }
            Event::DocType(_) => return Err(BakedError::DocumentType),
            Event::Decl(_) if from > start => return Err(malformed),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|_| malformed)?;
                if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("UTF-8")) {
                    return Err(malformed);
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    match root {
        Some((root, prefix)) if depth == 0 => Ok(Found {
            badge,
            has_former,
            root,
            prefix,
        }),
        Some(_) => Err(malformed),
        None => Err(BakedError::NotAPicture),
    }
}

/// The root: `svg` of the namespace of SVG, and nothing else.
fn read_root(
    reader: &NsReader<&[u8]>,
    opening: &BytesStart<'_>,
    span: Range<usize>,
    empty: bool,
) -> Result<(Root, Prefix), BakedError> {
    let (namespace, local) = reader.resolver().resolve_element(opening.name());
    if namespace != ResolveResult::Bound(Namespace(SVG_NAMESPACE)) || local.into_inner() != "svg" {
        return Err(BakedError::NotAPicture);
    }
    let name = opening.name().into_inner().to_owned();
    let declared = attribute(opening, &format!("xmlns:{PREFIX}"), span.len())?;
    let prefix = match declared.as_deref() {
        None => Prefix::Free,
        Some(NAMESPACE) => Prefix::Ours,
        Some(_) => Prefix::Taken,
    };
    let opening = span;
    Ok((Root { opening, name, empty }, prefix))
}

/// What an element is to us.
enum Named {
    Badge,
    Former,
    Other,
}

fn named(reader: &NsReader<&[u8]>, opening: &BytesStart<'_>) -> Named {
    let name: QName<'_> = opening.name();
    let (wanted, found) = match name.local_name().into_inner() {
        "credential" => (NAMESPACE, Named::Badge),
        "assertion" => (FORMER_NAMESPACE, Named::Former),
        _ => return Named::Other,
    };
    match reader.resolver().resolve_element(name).0 {
        ResolveResult::Bound(Namespace(namespace)) if namespace == wanted => found,
        _ => Named::Other,
    }
}

/// The value of an attribute. An element with attributes that are no attributes, or with one of them twice, is malformed.
fn attribute(opening: &BytesStart<'_>, name: &str, length: usize) -> Result<Option<String>, BakedError> {
    let malformed = BakedError::MalformedSvg;
    if length > MAX_OPENING || opening.attributes().with_checks(false).count() > MAX_ATTRIBUTES {
        return Err(malformed);
    }
    let mut value = None;
    for attribute in opening.attributes() {
        let attribute = attribute.map_err(|_| malformed)?;
        if attribute.key.into_inner() == name {
            let written = attribute
                .normalized_value(quick_xml::XmlVersion::Explicit1_0)
                .map_err(|_| malformed)?;
            value = Some(written.into_owned());
        }
    }
    Ok(value)
}

/// Text belongs to the badge that is being read; outside the root there is none.
fn collect(reading: Option<&mut Reading>, depth: usize, text: &str) -> Result<(), BakedError> {
    if depth == 0 && !text.trim().is_empty() {
        return Err(BakedError::MalformedSvg);
    }
    let Some(reading) = reading else { return Ok(()) };
    if reading.text.len() + text.len() > super::MAX_CREDENTIAL {
        return Err(BakedError::CredentialTooLarge);
    }
    reading.text.push_str(text);
    Ok(())
}

/// What a reference stands for: a character by its number, or one of the five names of XML (§4.6).
fn character(reference: &str) -> Option<char> {
    let character = match reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    is_xml(character).then_some(character)
}

/// XML 1.0 §2.2, `Char`.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

fn position(offset: u64) -> Result<usize, BakedError> {
    usize::try_from(offset).map_err(|_| BakedError::TooLarge)
}
