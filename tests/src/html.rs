//! Just enough of HTML to read a page as a person does: its text, its links, its forms.
//!
//! Our pages are well formed (a test of each service renders them all); this reader relies on it and is no parser for
//! pages of others.

use std::collections::BTreeMap;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where to, unescaped.
    pub href: String,
    /// What it says.
    pub text: String,
}

/// A form and what a person who changes nothing would send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where to; empty means the page itself.
    pub action: String,
    /// Whether it is posted.
    pub post: bool,
    /// Whether it is `multipart/form-data`.
    pub multipart: bool,
    /// Every control that has a name.
    pub controls: Vec<Control>,
}

/// A control of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// `hidden`, `text`, `checkbox`, `file`, `select`, `textarea`, `submit`…
    pub kind: String,
    /// What it would send.
    pub value: String,
    /// Whether it is sent when nobody touches it.
    pub sent: bool,
}

impl Form {
    /// What a person who changes nothing would send.
    pub fn defaults(&self) -> Vec<(String, String)> {
        let sent = self.controls.iter().filter(|control| control.sent);
        sent.map(|control| (control.name.clone(), control.value.clone()))
            .collect()
    }

    /// The values that checkboxes and radio buttons of this name offer.
    pub fn choices(&self, name: &str) -> Vec<&str> {
        let named = self.controls.iter().filter(|control| control.name == name);
        named
            .filter(|control| matches!(control.kind.as_str(), "checkbox" | "radio"))
            .map(|control| control.value.as_str())
            .collect()
    }

    /// Whether it has a control of this name.
    pub fn has(&self, name: &str) -> bool {
        self.controls.iter().any(|control| control.name == name)
    }
}

/// What a person reads: no tags, entities resolved, white space run together, ordinary spaces.
pub fn text(html: &str) -> String {
    let mut words = String::new();
    for piece in pieces(html) {
        match piece {
            Piece::Text(text) => words.push_str(&unescape(text)),
            Piece::Open { .. } | Piece::Close(_) => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of each element of this name.
pub fn elements(html: &str, name: &str) -> Vec<String> {
    inner(html, |found, _| found == name)
}

/// The text of each element that has this class.
pub fn of_class(html: &str, class: &str) -> Vec<String> {
    inner(html, |_, attributes| {
        attributes
            .get("class")
            .is_some_and(|classes| classes.split(' ').any(|one| one == class))
    })
}

/// Every link with a target.
pub fn links(html: &str) -> Vec<Link> {
    let mut links = Vec::new();
    let mut pieces = pieces(html);
    while let Some(piece) = pieces.next() {
        let Piece::Open {
            name: "a",
            mut attributes,
            ..
        } = piece
        else {
            continue;
        };
        let Some(href) = attributes.remove("href") else {
            continue;
        };
        let mut inside = String::new();
        for piece in pieces.by_ref() {
            match piece {
                Piece::Text(text) => inside.push_str(&unescape(text)),
                Piece::Close("a") => break,
                Piece::Open { .. } | Piece::Close(_) => {}
            }
        }
        links.push(Link {
            href,
            text: inside.split_whitespace().collect::<Vec<_>>().join(" "),
        });
    }
    links
}

/// Every form, once more for each of its buttons that goes elsewhere (`formaction`).
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut pieces = pieces(html);
    while let Some(piece) = pieces.next() {
        if let Piece::Open {
            name: "form",
            attributes,
            ..
        } = piece
        {
            let (form, elsewhere) = form(&attributes, &mut pieces);
            let others = elsewhere
                .into_iter()
                .map(|action| Form { action, ..form.clone() })
                .collect::<Vec<_>>();
            forms.push(form);
            forms.extend(others);
        }
    }
    forms
}

fn form<'a>(attributes: &BTreeMap<&str, String>, pieces: &mut impl Iterator<Item = Piece<'a>>) -> (Form, Vec<String>) {
    let is = |name: &str, value: &str| {
        attributes
            .get(name)
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    let mut form = Form {
        action: attributes.get("action").cloned().unwrap_or_default(),
        post: is("method", "post"),
        multipart: is("enctype", "multipart/form-data"),
        controls: Vec::new(),
    };
    // The control whose value is the text that follows, and whether an option was chosen by the page.
    let mut selected = false;
    let mut reading = false;
    let mut elsewhere = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Close("form") => break,
            Piece::Open {
                name: "select" | "textarea",
                attributes,
                ..
            } => {
                let name = attributes.get("name").cloned().unwrap_or_default();
                let kind = if attributes.contains_key("rows") {
                    "textarea"
                } else {
                    "select"
                };
                form.controls.push(Control {
                    name,
                    kind: kind.to_owned(),
                    value: String::new(),
                    sent: true,
                });
                selected = false;
                reading = kind == "textarea";
            }
            Piece::Open {
                name: "option",
                attributes,
                ..
            } => {
                let first = form.controls.last().is_some_and(|control| control.value.is_empty());
                if (attributes.contains_key("selected") || first) && !selected {
                    selected = attributes.contains_key("selected");
                    let value = attributes.get("value").cloned().unwrap_or_default();
                    if let Some(control) = form.controls.last_mut() {
                        control.value = value;
                    }
                }
            }
            Piece::Text(text) if reading => {
                if let Some(control) = form.controls.last_mut() {
                    control.value.push_str(&unescape(text));
                }
            }
            Piece::Close("textarea") => reading = false,
            Piece::Open {
                name: tag @ ("input" | "button"),
                attributes,
                ..
            } => {
                elsewhere.extend(attributes.get("formaction").cloned());
                let Some(name) = attributes.get("name").cloned() else {
                    continue;
                };
                let otherwise = if tag == "input" { "text" } else { "submit" };
                let kind = attributes.get("type").cloned().unwrap_or_else(|| otherwise.to_owned());
                let ticked = matches!(kind.as_str(), "checkbox" | "radio");
                let sent = match kind.as_str() {
                    "submit" | "file" => false,
                    _ if ticked => attributes.contains_key("checked"),
                    _ => true,
                };
                let value = attributes.get("value").cloned();
                let value = value.unwrap_or_else(|| if ticked { "on".to_owned() } else { String::new() });
                form.controls.push(Control {
                    name,
                    kind,
                    value,
                    sent,
                });
            }
            Piece::Open { .. } | Piece::Close(_) | Piece::Text(_) => {}
        }
    }
    form.controls.retain(|control| !control.name.is_empty());
    (form, elsewhere)
}

/// Resolves the entities that askama writes.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let character = after
            .split_once(';')
            .and_then(|(entity, after)| Some((entity_character(entity)?, after)));
        let (character, after) = character.unwrap_or(('&', after));
        plain.push(character);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

fn entity_character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The text inside each element that `wanted` picks, without its nested elements' tags.
fn inner(html: &str, wanted: impl Fn(&str, &BTreeMap<&str, String>) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut pieces = pieces(html);
    while let Some(piece) = pieces.next() {
        let Piece::Open { name, attributes, void } = piece else {
            continue;
        };
        if void || !wanted(name, &attributes) {
            continue;
        }
        let mut depth = 1;
        let mut inside = String::new();
        for piece in pieces.by_ref() {
            match piece {
                Piece::Text(text) => inside.push_str(&unescape(text)),
                Piece::Open {
                    name: nested,
                    void: false,
                    ..
                } if nested == name => depth += 1,
                Piece::Close(closed) if closed == name => depth -= 1,
                Piece::Open { .. } | Piece::Close(_) => inside.push(' '),
            }
            if depth == 0 {
                break;
            }
        }
        found.push(inside.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    found
}

enum Piece<'a> {
    Text(&'a str),
    Open {
        name: &'a str,
        attributes: BTreeMap<&'a str, String>,
        void: bool,
    },
    Close(&'a str),
}

fn pieces(html: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            if !rest.starts_with('<') {
                let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
                rest = after;
                return Some(Piece::Text(text));
            }
            let (tag, after) = cut_tag(rest);
            rest = after;
            if let Some(closed) = tag.strip_prefix('/') {
                return Some(Piece::Close(closed.trim()));
            }
            if tag.starts_with('!') {
                continue;
            }
            let (name, attributes) = open_tag(tag);
            if matches!(name, "script" | "style") {
                rest = rest
                    .split_once(if name == "script" { "</script>" } else { "</style>" })
                    .map_or("", |(_, after)| after);
                continue;
            }
            let void = tag.ends_with('/') || matches!(name, "input" | "meta" | "link" | "br" | "hr" | "img" | "source");
            return Some(Piece::Open { name, attributes, void });
        }
    })
}

/// What is between `<` and the `>` that is in no quotes, and what follows.
fn cut_tag(html: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, character) in html.char_indices().skip(1) {
        match (quote, character) {
            (None, '>') => return (&html[1..at], &html[at + 1..]),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            _ => {}
        }
    }
    (&html[1..], "")
}

fn open_tag(tag: &str) -> (&str, BTreeMap<&str, String>) {
    let tag = tag.trim_end_matches('/');
    let (name, mut rest) = tag.split_at(tag.find(char::is_whitespace).unwrap_or(tag.len()));
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (name, attributes);
        }
        let (key, after) = rest.split_at(rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len()));
        let Some(value) = after.trim_start().strip_prefix('=') else {
            attributes.insert(key, String::new());
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        attributes.insert(key, unescape(value));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{elements, forms, links, of_class, text, unescape};

    const PAGE: &str = r#"<!doctype html><html lang="fr"><head><title>T</title><style>a > b {}</style></head>
        <body><!-- <a href="no">no</a> --><h1>Bon&nbsp;jour <em>l&#39;amie</em></h1><a href="/q?a=1&amp;b=2" title="x > y">Aller <b>là</b></a>
        <form action="/batches" method="post" enctype="multipart/form-data"><input type=hidden name=csrf value="t&quot;k">
        <input name="who" value="Zoé"><input type="checkbox" name="choose" value="a:1" checked><input type="checkbox" name="choose" value="a:2">
        <select name="year"><option value="2024">2024</option><option value="2025" selected>2025</option></select>
        <textarea name="pasted" rows="3">x &lt; y</textarea><input type="file" name="file"><button name="go" value="1">Go</button>
        <button formaction="/elsewhere">Non</button></form>
        <p class="notice ok">Fait <span class="mono">123456</span></p></body></html>"#;

    #[test]
    fn reads_what_a_person_reads() {
        assert!(text(PAGE).starts_with("T Bon jour l'amie Aller là"), "{}", text(PAGE));
        assert_eq!(elements(PAGE, "h1"), ["Bon jour l'amie"]);
        assert_eq!(of_class(PAGE, "ok"), ["Fait 123456"]);
        assert_eq!(of_class(PAGE, "mono"), ["123456"]);
        let links = links(PAGE);
        assert_eq!(
            (links.len(), links[0].href.as_str(), links[0].text.as_str()),
            (1, "/q?a=1&b=2", "Aller là")
        );
    }

    #[test]
    fn reads_what_a_form_would_send() {
        let forms = forms(PAGE);
        let form = &forms[0];
        assert!(form.post && form.multipart);
        let defaults = form.defaults();
        let defaults: Vec<(&str, &str)> = defaults
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            defaults,
            [
                ("csrf", "t\"k"),
                ("who", "Zoé"),
                ("choose", "a:1"),
                ("year", "2025"),
                ("pasted", "x < y")
            ]
        );
        assert_eq!(form.choices("choose"), ["a:1", "a:2"]);
        assert!(form.has("file") && form.has("go"));
        assert_eq!(
            forms[1],
            super::Form {
                action: "/elsewhere".to_owned(),
                ..form.clone()
            }
        );
    }

    #[test]
    fn leaves_alone_what_is_no_entity() {
        assert_eq!(unescape("a & b &amp; &x; &#x27; &#233;"), "a & b & &x; ' é");
    }
}
