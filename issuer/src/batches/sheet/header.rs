//! Finds the header and what each column means. The delimiter is the one under which the header is best understood.

use serde::{Deserialize, Serialize};

use super::{
    HEADER_WITHIN, SheetError,
    text::{Record, fold, records},
};

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// « Nom ».
    FamilyName,
    /// « Prénom ».
    GivenName,
    /// « Date ».
    Date,
    /// « Début ».
    Start,
    /// « Fin ».
    End,
    /// « Durée ».
    Duration,
    /// « Mission ».
    Mission,
    /// « Fonction ».
    Role,
    /// « 16 ans ou plus ».
    Over16,
    /// « E-mail »: tells two people of the same name apart.
    Email,
}

impl Column {
    /// Every column, in the order of the model sheet.
    pub const ALL: [Self; 10] = [
        Self::FamilyName,
        Self::GivenName,
        Self::Date,
        Self::Start,
        Self::End,
        Self::Duration,
        Self::Mission,
        Self::Role,
        Self::Over16,
        Self::Email,
    ];

    /// Message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Self::FamilyName => "column-family-name",
            Self::GivenName => "column-given-name",
            Self::Date => "column-date",
            Self::Start => "column-start",
            Self::End => "column-end",
            Self::Duration => "column-duration",
            Self::Mission => "column-mission",
            Self::Role => "column-role",
            Self::Over16 => "column-over-16",
            Self::Email => "column-email",
        }
    }

    /// Headers that mean it, as [`singular`] writes them.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::FamilyName => &[
                "nom",
                "nom de famille",
                "nom d usage",
                "nom usuel",
                "last name",
                "family name",
            ],
            Self::GivenName => &["prenom", "first name", "given name"],
            Self::Date => &["date", "jour", "date de seance", "date de la seance", "date seance"],
            Self::Start => &["debut", "heure de debut", "heure debut", "h debut", "arrivee", "start"],
            Self::End => &["fin", "heure de fin", "heure fin", "h fin", "depart", "end"],
            Self::Duration => &[
                "duree",
                "heure",
                "nb h",
                "nb heure",
                "nombre d heure",
                "nombre heure",
                "duree en heure",
                "duree h",
                "temps",
                "temps passe",
                "duration",
                "duree minute",
                "duree en minute",
                "duree min",
                "duree mn",
                "minute",
                "nb minute",
                "nombre de minute",
            ],
            Self::Mission => &["mission", "activite", "tache", "description", "action"],
            Self::Role => &["fonction", "role", "statut", "responsabilite"],
            Self::Over16 => &[
                "16 ans ou plus",
                "16 ans et plus",
                "plus de 16 ans",
                "16 ans",
                "a 16 ans",
                "16 ans revolu",
                "16 ans ou plus oui non",
            ],
            Self::Email => &[
                "e mail",
                "email",
                "mail",
                "courriel",
                "adresse e mail",
                "adresse mail",
                "mel",
            ],
        }
    }

    fn of(header: &str) -> Option<Self> {
        let header = singular(header);
        Self::ALL
            .into_iter()
            .find(|column| column.names().contains(&header.as_str()))
    }
}

/// What a number alone means in the duration column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Hours,
    Minutes,
}

/// The header row, understood.
#[derive(Debug)]
pub(super) struct Header {
    names: Vec<String>,
    meanings: Vec<Option<Column>>,
}

impl Header {
    fn of(record: &Record) -> Self {
        let names: Vec<String> = record.cells().map(str::to_owned).collect();
        let meanings = names.iter().map(|name| Column::of(name)).collect();
        Self { names, meanings }
    }

    /// Where a column is.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.meanings.iter().position(|meaning| *meaning == Some(column))
    }

    /// The header of a place, as written; its number when it has none.
    pub(super) fn name(&self, place: usize) -> String {
        match self.names.get(place) {
            Some(name) if !name.is_empty() => super::refusal::shown(name),
            _ => format!("#{}", place + 1),
        }
    }

    /// The header of a column, as written; empty when the sheet has none.
    pub(super) fn name_of(&self, column: Column) -> String {
        self.place(column).map(|place| self.name(place)).unwrap_or_default()
    }

    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// What a number alone means as a duration.
    pub(super) fn unit(&self) -> Unit {
        let minutes = self.place(Column::Duration).is_some_and(|place| {
            fold(&self.names[place])
                .split(' ')
                .any(|word| word.starts_with("min") || word == "mn")
        });
        if minutes { Unit::Minutes } else { Unit::Hours }
    }

    /// The columns that are read.
    pub(super) fn columns(&self) -> Vec<(Column, String)> {
        let read = self.meanings.iter().enumerate();
        read.filter_map(|(place, meaning)| meaning.map(|column| (column, self.name(place))))
            .collect()
    }

    /// The headers of the columns that are not read.
    pub(super) fn ignored(&self) -> Vec<String> {
        (0..self.len())
            .filter(|place| self.meanings[*place].is_none() && !self.names[*place].is_empty())
            .map(|place| self.name(place))
            .collect()
    }

    fn found(&self) -> Vec<String> {
        (0..self.len())
            .filter(|place| !self.names[*place].is_empty())
            .map(|place| self.name(place))
            .collect()
    }

    fn recognised(&self) -> usize {
        self.meanings.iter().flatten().count()
    }

    /// Refuses a header without what every row needs, or where two columns mean the same.
    fn check(self) -> Result<Self, SheetError> {
        for column in Column::ALL {
            let mut places = (0..self.len()).filter(|place| self.meanings[*place] == Some(column));
            if let (Some(first), Some(second)) = (places.next(), places.next()) {
                return Err(SheetError::RepeatedColumn {
                    column,
                    found: [self.name(first), self.name(second)],
                });
            }
        }
        let has = |column| self.place(column).is_some();
        let mut missing: Vec<Column> = [Column::FamilyName, Column::GivenName, Column::Date]
            .into_iter()
            .filter(|column| !has(*column))
            .collect();
        let has_time_spent = has(Column::Duration) || (has(Column::Start) && has(Column::End));
        if !has_time_spent {
            missing.push(Column::Duration);
        }
        if missing.is_empty() {
            Ok(self)
        } else {
            Err(SheetError::MissingColumns {
                missing,
                found: self.found(),
            })
        }
    }
}

/// How the sheet is laid out.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    pub(super) header: Header,
    /// Records up to the header, included.
    pub(super) records_before: usize,
}

/// Finds the header in the first rows, under the delimiter that understands it best.
pub(super) fn locate(text: &str) -> Result<Layout, SheetError> {
    let mut best: Option<Layout> = None;
    let mut failure = None;
    for delimiter in *b";,\t" {
        for (index, record) in records(text, delimiter).take(HEADER_WITHIN).enumerate() {
            let header = match record {
                Ok(record) => Header::of(&record),
                Err(error) => {
                    failure.get_or_insert(error);
                    break;
                }
            };
            // One word alone (« Date ») may be a title; two are a header.
            if header.recognised() >= 2
                && best
                    .as_ref()
                    .is_none_or(|best| header.recognised() > best.header.recognised())
            {
                best = Some(Layout {
                    delimiter,
                    header,
                    records_before: index + 1,
                });
            }
        }
    }
    match (best, failure) {
        (Some(layout), _) => Ok(Layout {
            header: layout.header.check()?,
            ..layout
        }),
        (None, Some(error)) => Err(error),
        (None, None) => {
            let first = records(text, b';').find_map(|record| record.ok().filter(|record| !record.is_blank()));
            Err(SheetError::NoHeader {
                found: first.map(|record| Header::of(&record).found()).unwrap_or_default(),
            })
        }
    }
}

/// Folded words without the `s` of plurals.
fn singular(words: &str) -> String {
    let folded = fold(words);
    let words: Vec<&str> = folded
        .split(' ')
        .map(|word| match word {
            "plus" | "temps" | "ans" => word,
            _ => word.strip_suffix('s').unwrap_or(word),
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_matched_loosely() {
        for (header, column) in [
            ("NOM", Column::FamilyName),
            ("Prénoms", Column::GivenName),
            (" date ", Column::Date),
            ("Heure de début", Column::Start),
            ("Durée (en heures)", Column::Duration),
            ("Nb. h", Column::Duration),
            ("Durée (min)", Column::Duration),
            ("Missions", Column::Mission),
            ("FONCTION", Column::Role),
            ("16 ans ou plus ?", Column::Over16),
            ("E-mail", Column::Email),
        ] {
            assert_eq!(Column::of(header), Some(column), "{header}");
        }
        for unknown in [
            "",
            "Téléphone",
            "Adresse",
            "N° de sécurité sociale",
            "Nom de la mission",
        ] {
            assert_eq!(Column::of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn every_name_means_one_column_only() {
        for column in Column::ALL {
            for name in column.names() {
                assert_eq!(Column::of(name), Some(column), "{name}");
            }
        }
    }

    #[test]
    fn the_header_is_found_below_titles_and_under_any_delimiter() {
        for delimiter in [";", ",", "\t"] {
            let text = format!(
                "Heures de bénévolat, 2025\n\n{}\n",
                ["Nom", "Prénom", "Date", "Durée"].join(delimiter)
            );
            let layout = locate(&text).unwrap();
            assert_eq!(
                (char::from(layout.delimiter).to_string().as_str(), layout.records_before),
                (delimiter, 2)
            );
        }
    }

    #[test]
    fn what_is_missing_or_double_is_named_with_what_was_found() {
        assert_eq!(
            locate("Nom;Date;Début;Mission\n").unwrap_err(),
            SheetError::MissingColumns {
                missing: vec![Column::GivenName, Column::Duration],
                found: ["Nom", "Date", "Début", "Mission"].map(str::to_owned).to_vec(),
            }
        );
        assert_eq!(
            locate("Nom;Prénom;Date;Durée;Nb h\n").unwrap_err(),
            SheetError::RepeatedColumn {
                column: Column::Duration,
                found: ["Durée".to_owned(), "Nb h".to_owned()]
            }
        );
        assert_eq!(
            locate("a;b\nc;d\n").unwrap_err(),
            SheetError::NoHeader {
                found: vec!["a".to_owned(), "b".to_owned()]
            }
        );
    }

    #[test]
    fn a_number_alone_is_minutes_only_when_the_header_says_so() {
        for (header, unit) in [
            ("Durée", Unit::Hours),
            ("Nb heures", Unit::Hours),
            ("Durée (min)", Unit::Minutes),
            ("Minutes", Unit::Minutes),
        ] {
            assert_eq!(
                locate(&format!("Nom;Prénom;Date;{header}\n")).unwrap().header.unit(),
                unit,
                "{header}"
            );
        }
    }
}
