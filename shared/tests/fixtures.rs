//! The committed files under `fixtures/`, and where the sheets among them come from.
//!
//! `MUSETTE_REGENERATE=1 cargo test -p shared --test fixtures` writes the sheets again; without it the committed bytes must
//! be those written here.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops where it fails, and says what it did not run"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

use chrono::{Datelike, NaiveDate, Weekday};
use serde_json::Value;
use shared::{
    organisation::{Rna, Siren, Slug},
    text::has_social_security_number,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

const HEADER: &str = "Nom;Prénom;Date;Début;Fin;Durée;Mission;Fonction;16 ans ou plus";

#[test]
fn the_sheets_are_those_written_here() {
    compare("batches/heures-2025.csv", &windows_1252(&paniers().join("\r\n")));
    compare(
        "batches/heures-2025-cyclo.csv",
        format!("\u{feff}{}", cyclo()).as_bytes(),
    );
    for (name, content) in refused() {
        compare(&format!("batches/refused/{name}"), &content);
    }
}

#[test]
fn the_large_sheet_is_what_its_readme_says() {
    let lines = paniers();
    let rows: Vec<(usize, Vec<String>)> = lines
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, line)| !line.is_empty())
        .map(|(at, line)| (at + 1, cells(line)))
        .collect();
    assert_eq!(rows.len(), 412);
    assert!(
        rows.iter()
            .all(|(line, cells)| cells.len() == 9 || panic!("line {line}"))
    );

    let readme = fs::read_to_string(path("README.md")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for (line, cells) in &rows {
        let key = cells[..6].to_vec();
        let earlier = seen.insert(key, *line);
        let reason = if cells[1].is_empty() {
            "Prénom"
        } else if cells[2] == "31/02/2025" {
            "Date"
        } else if cells[5].starts_with("environ") {
            "Durée"
        } else if has_social_security_number(&cells[6]) {
            "Mission"
        } else if cells[7] == "Stagiaire" {
            "Fonction"
        } else if let Some(earlier) = earlier {
            assert!(
                readme.contains(&format!("copy of line {earlier}")),
                "the copy of line {earlier}"
            );
            "whole row"
        } else {
            continue;
        };
        assert!(
            readme.contains(&format!("| {line} | {reason} |")),
            "the README does not list | {line} | {reason} |"
        );
        wrong.push(*line);
    }
    assert_eq!(wrong.len(), 6, "{wrong:?}");

    let minutes = |family: &str| -> u32 {
        rows.iter()
            .filter(|(line, cells)| !wrong.contains(line) && cells[0].trim() == family)
            .map(|(_, cells)| duration(cells))
            .sum()
    };
    assert_eq!(minutes("Benali"), 130 * 60);
    assert_eq!(minutes("Perrin"), 186 * 60);
    assert_eq!(minutes("Tissot"), 96 * 60);
    let people: BTreeSet<_> = rows
        .iter()
        .map(|(_, cells)| (cells[0].trim(), cells[1].trim()))
        .collect();
    assert!(people.len() >= 35, "{}", people.len());
    let dates: Vec<_> = rows
        .iter()
        .filter(|(line, _)| !wrong.contains(line))
        .map(|(_, cells)| day(&cells[2]))
        .collect();
    assert!(dates.iter().all(|date| date.year() == 2025));
}

#[test]
fn the_small_sheet_gives_nadia_75_hours() {
    let sheet = cyclo();
    let rows: Vec<_> = sheet.lines().skip(1).map(cells).collect();
    assert!((18..=22).contains(&rows.len()), "{}", rows.len());
    let minutes: u32 = rows
        .iter()
        .filter(|cells| cells[0] == "Benali")
        .map(|cells| duration(cells))
        .sum();
    assert_eq!(minutes, 75 * 60);
}

#[test]
fn the_organisations_have_numbers_that_pass_their_checks() {
    let document: Value = serde_json::from_slice(&fs::read(path("organisations.json")).unwrap()).unwrap();
    let organisations = document["organisations"].as_array().unwrap();
    assert!(organisations.len() >= 6);
    for organisation in organisations {
        let text = |name: &str| organisation[name].as_str();
        text("slug").unwrap().parse::<Slug>().unwrap();
        text("siren").unwrap().parse::<Siren>().unwrap();
        text("declared_on").unwrap().parse::<NaiveDate>().unwrap();
        if let Some(rna) = text("rna") {
            rna.parse::<Rna>().unwrap();
        }
        assert_eq!(
            text("rna").is_none(),
            text("regime") == Some("alsace_moselle"),
            "{organisation}"
        );
    }
}

/// The accents are the only difference.
#[test]
fn the_rule_is_that_of_the_rule_set() {
    let Some(rules) = rules() else { return };
    let toml: toml::Table = toml::from_str(&fs::read_to_string(path("rules/fr-cec-benevolat.toml")).unwrap()).unwrap();
    let ours = serde_json::to_value(toml).unwrap();
    let set: Value = serde_json::from_slice(&fs::read(rules.join("rules.json")).unwrap()).unwrap();
    assert_eq!(plain(&ours), plain(&set["rules"]["fr-cec-benevolat"]));
}

/// The folder of the rule set, beside that of the vectors; `None`, said aloud, when it is not there.
fn rules() -> Option<PathBuf> {
    let vectors = env::var_os("MUSETTE_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors")),
        PathBuf::from,
    );
    let rules = vectors.parent()?.join("rules");
    if rules.is_dir() {
        return Some(rules);
    }
    assert!(
        env::var("CI").as_deref() != Ok("true"),
        "no rule set in {}",
        rules.display()
    );
    eprintln!(
        "NOT RUN: 1 comparison with the rule set, which is not in {} (set MUSETTE_VECTORS)",
        rules.display()
    );
    None
}

/// Texts without accents, `°` as `deg`.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let text = text.replace('°', "deg").replace('’', "'");
            Value::String(text.nfd().filter(|character| !is_combining_mark(*character)).collect())
        }
        Value::Array(elements) => elements.iter().map(plain).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), plain(member)))
            .collect(),
        other => other.clone(),
    }
}

fn path(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures")).join(name)
}

fn compare(name: &str, expected: &[u8]) {
    if env::var_os("MUSETTE_REGENERATE").is_some() {
        fs::write(path(name), expected).unwrap();
    }
    let committed = fs::read(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        committed == expected,
        "{name} is not what this test writes; see the top of the file"
    );
}

/// Letters of Windows-1252 that are not where Unicode has them.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| match character {
            '€' => 0x80,
            '…' => 0x85,
            'Œ' => 0x8c,
            '’' => 0x92,
            '–' => 0x96,
            'œ' => 0x9c,
            _ => u8::try_from(u32::from(character)).expect("a letter of Windows-1252"),
        })
        .collect()
}

/// The cells of a line; quotes may enclose `;` and double quotes.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.next_if_eq(&'"').is_some() => cells.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ';' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(character),
        }
    }
    cells
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text.trim(), "%d/%m/%Y").unwrap()
}

/// Minutes of a row that is right: its duration, else from start to end.
fn duration(cells: &[String]) -> u32 {
    let clock = |text: &str| -> u32 {
        let (hours, minutes) = text.trim().split_once([':', 'h']).unwrap();
        hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap_or(0)
    };
    let text = cells[5].replace(' ', "");
    let span = (!cells[3].is_empty()).then(|| clock(&cells[4]) - clock(&cells[3]));
    let written = if text.is_empty() {
        None
    } else if let Some(minutes) = text.strip_suffix("min") {
        Some(minutes.parse().unwrap())
    } else if let Some((hours, decimals)) = text.split_once(',') {
        let hundredths: u32 = format!("{decimals:0<2}").parse().unwrap();
        Some(hours.parse::<u32>().unwrap() * 60 + hundredths * 60 / 100)
    } else if text.contains([':', 'h']) {
        Some(clock(&text))
    } else {
        Some(text.parse::<u32>().unwrap() * 60)
    };
    assert!(span.is_none() || written.is_none() || span == written, "{cells:?}");
    written.or(span).unwrap()
}

/// A volunteer of the large sheet.
struct Volunteer {
    family: &'static str,
    given: &'static str,
    /// As the treasurer writes it, this way or that.
    titles: &'static [&'static str],
    missions: &'static [&'static str],
    sessions: u32,
    /// Of a session, in turn.
    minutes: &'static [u32],
    over_16: bool,
}

const BENEVOLE: &[&str] = &["Bénévole", "bénévole", "", "Bénévole ", "benevole"];
const STALL: &[&str] = &[
    "Distribution des paniers",
    "Tenue du stand",
    "\"Accueil ; distribution\"",
    "Préparation des paniers",
];
const FIELD: &[&str] = &[
    "Récolte",
    "Désherbage",
    "\"Récolte ; lavage ; pesée\"",
    "Chantier participatif",
];
const COLLECT: &[&str] = &[
    "\"Collecte \"\"Un fruit pour tous\"\"\"",
    "Collecte alimentaire",
    "Tri des denrées",
    "Chauffeur",
];
const OFFICE: &[&str] = &[
    "Permanence",
    "Affichage et tracts",
    "Mise à jour du site",
    "Atelier cuisine – soupe",
];

const fn volunteer(
    family: &'static str,
    given: &'static str,
    missions: &'static [&'static str],
    sessions: u32,
) -> Volunteer {
    Volunteer {
        family,
        given,
        titles: BENEVOLE,
        missions,
        sessions,
        minutes: &[150, 120, 180, 90],
        over_16: true,
    }
}

const VOLUNTEERS: &[Volunteer] = &[
    Volunteer {
        titles: &["Trésorière", "Trésorière", "trésorière", "Trésorière "],
        minutes: &[150, 120, 180, 150],
        ..volunteer(
            "Benali",
            "Nadia",
            &[
                "Tenue des comptes",
                "Réunion de bureau",
                "\"Dons ; reçus fiscaux\"",
                "Dossier de subvention",
            ],
            52,
        )
    },
    Volunteer {
        titles: &["Président", "Président", "président"],
        minutes: &[120],
        ..volunteer(
            "Tissot",
            "Marc",
            &["Conseil d’administration", "Rendez-vous mairie", "Réunion de bureau"],
            48,
        )
    },
    Volunteer {
        minutes: &[180],
        ..volunteer(
            "Perrin",
            "Yvonne",
            &["Banque alimentaire : guichet", "Accueil du public"],
            62,
        )
    },
    Volunteer {
        titles: &["Secrétaire"],
        ..volunteer("Lefèvre", "Anne-Sophie", OFFICE, 14)
    },
    Volunteer {
        titles: &["Membre du CA", "membre du CA"],
        ..volunteer("N’Guyen", "Théo", OFFICE, 10)
    },
    Volunteer {
        titles: &["Vice-présidente"],
        ..volunteer("Œuvrard", "Maëlle", OFFICE, 8)
    },
    Volunteer {
        titles: &["Encadrante", "encadrante"],
        ..volunteer("Diallo", "Aïssatou", FIELD, 12)
    },
    Volunteer {
        titles: &["Responsable bénévoles"],
        ..volunteer("Garnier", "Loïc", FIELD, 11)
    },
    Volunteer {
        titles: &["Référent bénévoles"],
        ..volunteer("Müller", "François", COLLECT, 9)
    },
    Volunteer {
        over_16: false,
        ..volunteer("Roche", "Zoé", FIELD, 5)
    },
    volunteer("Diallo", "Karim", COLLECT, 9),
    volunteer("Moreau", "Lucas", COLLECT, 8),
    volunteer("Roche", "Élodie", STALL, 8),
    volunteer("Da Silva", "João", STALL, 7),
    volunteer("Le Goff", "Gaëlle", STALL, 7),
    volunteer("Bouchard", "Hélène", STALL, 7),
    volunteer("Chevalier", "Rémi", FIELD, 7),
    volunteer("Ferrand", "Inès", FIELD, 7),
    volunteer("Haddad", "Samir", FIELD, 7),
    volunteer("Jacquet", "Noëlle", FIELD, 7),
    volunteer("Kowalski", "Édouard", STALL, 7),
    volunteer("Lambert", "Chloé", STALL, 6),
    volunteer("Marchand", "Jérôme", STALL, 6),
    volunteer("Nicolas", "Françoise", OFFICE, 6),
    volunteer("Olivier", "Paul", COLLECT, 6),
    volunteer("Petit", "Léa", STALL, 6),
    volunteer("Quéré", "Yann", COLLECT, 6),
    volunteer("Renaud", "Béatrice", STALL, 6),
    volunteer("Simonet", "Agnès", STALL, 6),
    volunteer("Traoré", "Mamadou", COLLECT, 6),
    volunteer("Urbain", "Cécile", FIELD, 5),
    volunteer("Vasseur", "Benoît", FIELD, 5),
    volunteer("Weber", "Hans-Jürgen", COLLECT, 10),
    volunteer("Zimmer", "Ève", STALL, 10),
    volunteer("O’Brien", "Siobhán", OFFICE, 10),
];

/// Lines of the large sheet, in the order of the year: 406 right rows, 6 wrong ones, one empty line.
fn paniers() -> Vec<String> {
    let mut dice = Dice(2025);
    let mut rows: Vec<(NaiveDate, String)> = Vec::new();
    for volunteer in VOLUNTEERS {
        let mut days = BTreeSet::new();
        while days.len() < volunteer.sessions as usize {
            let day = NaiveDate::from_yo_opt(2025, 1 + dice.below(365)).unwrap();
            if day.weekday() != Weekday::Sun {
                days.insert(day);
            }
        }
        for (turn, day) in days.into_iter().enumerate() {
            rows.push((day, row(volunteer, turn, day, &mut dice)));
        }
    }
    rows.sort_by_key(|(day, _)| *day);
    let mut lines: Vec<String> = rows.into_iter().map(|(_, line)| line).collect();

    let twice = lines
        .iter()
        .find(|line| line.starts_with("Moreau;Lucas"))
        .unwrap()
        .clone();
    lines.insert(33, "Ferrand;Inès;31/02/2025;;;2h30;Récolte;Bénévole;oui".to_owned());
    lines.insert(
        101,
        "Petit;Léa;02/04/2025;;;environ 3 h;Tenue du stand;Bénévole;oui".to_owned(),
    );
    lines.insert(
        166,
        "Haddad;Samir;02/06/2025;;;2,5;Chantier participatif;Stagiaire;oui".to_owned(),
    );
    // The month and the département of this number do not exist: it is nobody's.
    lines.insert(
        240,
        "Traoré;Mamadou;28/08/2025;;;2 h;Dossier d’aide 1 85 99 99 001 001 97;Bénévole;oui".to_owned(),
    );
    lines.insert(
        301,
        "Garnier;;20/10/2025;;;2:30;Récolte;Responsable bénévoles;oui".to_owned(),
    );
    lines.insert(377, twice);
    lines.insert(205, String::new());
    lines.insert(0, HEADER.to_owned());
    lines.push(String::new());
    lines
}

fn row(volunteer: &Volunteer, turn: usize, day: NaiveDate, dice: &mut Dice) -> String {
    let pick = |choices: &[&'static str]| choices[turn % choices.len()];
    let minutes = volunteer.minutes[turn % volunteer.minutes.len()];
    let start = 8 * 60 + 30 * dice.below(20);
    let clock = |minutes: u32, mark: &str| format!("{:02}{mark}{:02}", minutes / 60, minutes % 60);
    let (from, to, written) = match dice.below(10) {
        0 | 1 => (clock(start, ":"), clock(start + minutes, ":"), String::new()),
        2 => (clock(start, "h"), clock(start + minutes, "h"), spelling(minutes, dice)),
        _ => (String::new(), String::new(), spelling(minutes, dice)),
    };
    let over_16 = match (volunteer.over_16, dice.below(4)) {
        (false, _) => "non",
        (true, 0) => "Oui",
        (true, _) => "oui",
    };
    let (family, given) = match dice.below(12) {
        0 => (format!("{} ", volunteer.family), volunteer.given.to_owned()),
        1 => (volunteer.family.to_owned(), format!("{}  ", volunteer.given)),
        _ => (volunteer.family.to_owned(), volunteer.given.to_owned()),
    };
    let (mission, title) = (pick(volunteer.missions), pick(volunteer.titles));
    format!(
        "{family};{given};{};{from};{to};{written};{mission};{title};{over_16}",
        day.format("%d/%m/%Y")
    )
}

/// A duration as people write it.
fn spelling(minutes: u32, dice: &mut Dice) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (dice.below(5), rest) {
        (0, 0) => format!("{hours}h"),
        (0, _) => format!("{hours}h{rest:02}"),
        (1, _) => format!("{hours}:{rest:02}"),
        (2, 0) => format!("{hours}"),
        (2, _) => format!("{hours},{}", rest / 6),
        (3, 0) => format!("{hours} h"),
        (3, _) => format!("{hours} h {rest:02}"),
        _ => format!("{minutes} min"),
    }
}

/// Repeatable choices (the constants of Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit)).unwrap()
    }
}

/// The small sheet: UTF-8, and line feeds alone.
fn cyclo() -> String {
    let days = (1..=12).map(|month| (11, month)).chain([(25, 3), (25, 6), (25, 9)]);
    let of_nadia = days.enumerate().map(|(turn, (day, month))| {
        let written = ["5h", "5:00", "5,0", "300 min", "5 h"][turn % 5];
        let missions = [
            "Atelier d’auto-réparation",
            "Formation des bénévoles",
            "Bourse aux vélos",
        ];
        let mission = missions[turn % 3];
        format!("Benali;Nadia;{day:02}/{month:02}/2025;;;{written};{mission};Encadrante;oui")
    });
    let of_others = [
        ("Moreau;Lucas", "08/02/2025", "Bénévole"),
        ("Moreau;Lucas", "17/05/2025", "Bénévole"),
        ("Carré;Odile", "04/10/2025", "Présidente"),
        ("Carré;Odile", "08/11/2025", "Présidente"),
        ("Šimić;Ivana", "06/12/2025", ""),
    ]
    .map(|(name, date, title)| format!("{name};{date};14:00;17:30;;Atelier;{title};oui"));
    let lines: Vec<String> = [HEADER.to_owned()]
        .into_iter()
        .chain(of_nadia)
        .chain(of_others)
        .collect();
    format!("{}\n", lines.join("\n"))
}

/// Small sheets that must be refused, or whose rows must.
fn refused() -> Vec<(&'static str, Vec<u8>)> {
    let sheet = |rows: &[&str]| format!("{HEADER}\r\n{}\r\n", rows.join("\r\n")).into_bytes();
    vec![
        ("vide.csv", Vec::new()),
        ("entete-seul.csv", format!("{HEADER}\r\n").into_bytes()),
        (
            "sans-duree.csv",
            "Nom;Prénom;Date;Mission\r\nBenali;Nadia;11/01/2025;Comptes\r\n"
                .as_bytes()
                .to_vec(),
        ),
        (
            "colonne-securite-sociale.csv",
            "Nom;Prénom;Date;Durée;N° sécu\r\nBenali;Nadia;11/01/2025;2h;1 85 99 99 001 001 97\r\n"
                .as_bytes()
                .to_vec(),
        ),
        (
            "dates.csv",
            sheet(&[
                "Benali;Nadia;29/02/2025;;;2h;;Trésorière;oui",
                "Benali;Nadia;12/31/2025;;;2h;;Trésorière;oui",
                "Benali;Nadia;03/04/25;;;2h;;Trésorière;oui",
                "Benali;Nadia;hier;;;2h;;Trésorière;oui",
                "Benali;Nadia;11/01/2125;;;2h;;Trésorière;oui",
            ]),
        ),
        (
            "durees.csv",
            sheet(&[
                "Benali;Nadia;11/01/2025;;;0;;Trésorière;oui",
                "Benali;Nadia;12/01/2025;;;-2h;;Trésorière;oui",
                "Benali;Nadia;13/01/2025;;;24h01;;Trésorière;oui",
                "Benali;Nadia;14/01/2025;;;2h75;;Trésorière;oui",
                "Benali;Nadia;15/01/2025;14:00;16:00;3h;;Trésorière;oui",
                "Benali;Nadia;16/01/2025;16:00;14:00;;;Trésorière;oui",
                "Benali;Nadia;17/01/2025;;;;;Trésorière;oui",
            ]),
        ),
        (
            "pas-un-tableau.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec(),
        ),
        (
            "deux-annees.csv",
            sheet(&[
                "Benali;Nadia;20/12/2024;;;2h;;Trésorière;oui",
                "Benali;Nadia;10/01/2025;;;3h;;Trésorière;oui",
            ]),
        ),
    ]
}
