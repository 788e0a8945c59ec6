//! Sheets and attestations in words, for pages and for the terminal.

use shared::{activity::Role, language::Language, service::page::PageContext, text::Text};

use super::sheet::{Draft, Refusal, SheetError};

/// A refusal in words.
pub(crate) fn reason(page: &PageContext, refusal: &Refusal) -> String {
    match refusal.reason.message(|date| page.date(date)) {
        (key, None) => page.t(key),
        (key, Some((name, value))) => page.t1(key, name, value),
    }
}

/// A refused file in words.
pub(crate) fn sheet_error(page: &PageContext, error: &SheetError) -> String {
    let quoted = |found: &[String]| match page.language {
        Language::French => found
            .iter()
            .map(|name| format!("«\u{a0}{name}\u{a0}»"))
            .collect::<Vec<_>>()
            .join(", "),
        Language::English => found
            .iter()
            .map(|name| format!("“{name}”"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    match error {
        SheetError::Empty => page.t("sheet-empty"),
        SheetError::TooLarge => page.t("sheet-too-large"),
        SheetError::Workbook => page.t("sheet-workbook"),
        SheetError::NotText => page.t("sheet-not-text"),
        SheetError::NoHeader { found } => page.t1("sheet-no-header", "found", quoted(found)),
        SheetError::MissingColumns { missing, found } => {
            let missing: Vec<String> = missing.iter().map(|column| page.t(column.key())).collect();
            page.t2(
                "sheet-missing-columns",
                "missing",
                quoted(&missing),
                "found",
                quoted(found),
            )
        }
        SheetError::RepeatedColumn { column, found } => page.t2(
            "sheet-repeated-column",
            "column",
            page.t(column.key()),
            "found",
            quoted(found),
        ),
        SheetError::TooManyColumns { line } => page.t1("sheet-too-many-columns", "line", line.to_string()),
        SheetError::TooManyRows => page.t("sheet-too-many-rows"),
        SheetError::UnclosedQuote { line } => page.t1("sheet-unclosed-quote", "line", line.to_string()),
        SheetError::NoRows => page.t("sheet-no-rows"),
    }
}

/// Name of a role for people.
pub(crate) fn role(page: &PageContext, role: Role) -> String {
    page.t(match role {
        Role::Dirigeant => "role-dirigeant",
        Role::EncadrantBenevoles => "role-encadrant",
        Role::Benevole => "role-benevole",
        Role::Salarie => "role-salarie",
    })
}

/// First and last day, or the one day.
pub(crate) fn period(page: &PageContext, draft: &Draft) -> String {
    if draft.first_day == draft.last_day {
        page.date(draft.first_day)
    } else {
        page.t2(
            "period",
            "first",
            page.date(draft.first_day),
            "last",
            page.date(draft.last_day),
        )
    }
}

/// The name under which a file is remembered: only what can be shown.
pub(crate) fn file_name(page: &PageContext, name: &str) -> Text<200> {
    let fallback = || page.t("batch-unnamed");
    let parsed = name.parse().or_else(|_| fallback().parse());
    #[expect(
        clippy::expect_used,
        reason = "a message that names a file without name is a short plain text: a test sees to it"
    )]
    parsed.expect("a plain message")
}
