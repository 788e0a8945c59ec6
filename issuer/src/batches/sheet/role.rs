//! From a function as associations name it to a coded role. The law counts roles (`domain.md` §0): what is not in these
//! lists is refused, never guessed.

use shared::activity::Role;

use super::text::fold;

/// Sits on the governing body.
const DIRIGEANT: &[&str] = &[
    "president",
    "presidente",
    "president e",
    "copresident",
    "copresidente",
    "copresident e",
    "co president",
    "co presidente",
    "co president e",
    "vice president",
    "vice presidente",
    "vice president e",
    "vicepresident",
    "vicepresidente",
    "tresorier",
    "tresoriere",
    "tresorier ere",
    "tresorier iere",
    "tresorier e",
    "tresorier adjoint",
    "tresoriere adjointe",
    "tresorier adjoint e",
    "tresorier ere adjoint e",
    "vice tresorier",
    "vice tresoriere",
    "secretaire",
    "secretaire adjoint",
    "secretaire adjointe",
    "secretaire adjoint e",
    "secretaire general",
    "secretaire generale",
    "secretaire general e",
    "vice secretaire",
    "membre du bureau",
    "membre bureau",
    "membre du ca",
    "membre du c a",
    "membre ca",
    "membre du conseil d administration",
    "membre du bureau ou du ca",
    "membre du bureau ca",
    "administrateur",
    "administratrice",
    "administrateur trice",
    "administrateur rice",
    "administrateur ice",
    "dirigeant",
    "dirigeante",
    "dirigeant e",
];

/// Supervises other volunteers.
const ENCADRANT: &[&str] = &[
    "encadrant",
    "encadrante",
    "encadrant e",
    "encadrant benevole",
    "encadrante benevole",
    "encadrant de benevoles",
    "encadrante de benevoles",
    "encadrant e de benevoles",
    "encadrant des benevoles",
    "encadrante des benevoles",
    "encadrant e des benevoles",
    "encadrement de benevoles",
    "encadrement des benevoles",
    "responsable benevoles",
    "responsable benevole",
    "responsable de benevoles",
    "responsable des benevoles",
    "referent benevoles",
    "referente benevoles",
    "referent e benevoles",
    "referent benevole",
    "referente benevole",
    "referent des benevoles",
    "referente des benevoles",
    "referent e des benevoles",
    "chef d equipe",
    "cheffe d equipe",
    "chef fe d equipe",
    "chef fe s d equipe",
];

/// Volunteer.
const BENEVOLE: &[&str] = &["", "benevole", "benevoles", "simple benevole"];

/// The role a function means.
pub(super) fn role(function: &str) -> Option<Role> {
    let written = function;
    let function = fold(written);
    if function.is_empty() && !written.is_empty() {
        return None;
    }
    let means = |names: &[&str]| names.contains(&function.as_str());
    if means(DIRIGEANT) {
        Some(Role::Dirigeant)
    } else if means(ENCADRANT) {
        Some(Role::EncadrantBenevoles)
    } else if means(BENEVOLE) {
        Some(Role::Benevole)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_mean_the_role_the_law_counts() {
        for (function, expected) in [
            ("Présidente", Some(Role::Dirigeant)),
            ("président", Some(Role::Dirigeant)),
            ("président·e", Some(Role::Dirigeant)),
            ("Vice-président", Some(Role::Dirigeant)),
            ("TRÉSORIÈRE", Some(Role::Dirigeant)),
            ("trésorier(ère)", Some(Role::Dirigeant)),
            ("Secrétaire adjointe", Some(Role::Dirigeant)),
            ("membre du C.A.", Some(Role::Dirigeant)),
            ("Membre du CA", Some(Role::Dirigeant)),
            ("membre du bureau", Some(Role::Dirigeant)),
            ("Membre du conseil d’administration", Some(Role::Dirigeant)),
            ("administrateur(trice)", Some(Role::Dirigeant)),
            ("dirigeante", Some(Role::Dirigeant)),
            ("Encadrante", Some(Role::EncadrantBenevoles)),
            ("encadrant(e)", Some(Role::EncadrantBenevoles)),
            ("Responsable bénévoles", Some(Role::EncadrantBenevoles)),
            ("référente des bénévoles", Some(Role::EncadrantBenevoles)),
            ("Chef(fe) d'équipe", Some(Role::EncadrantBenevoles)),
            ("cheffe d’équipe", Some(Role::EncadrantBenevoles)),
            ("bénévole", Some(Role::Benevole)),
            ("Bénévoles", Some(Role::Benevole)),
            ("", Some(Role::Benevole)),
            ("président d'honneur", None),
            ("animatrice", None),
            ("responsable", None),
            ("salarié", None),
            ("?", None),
        ] {
            assert_eq!(role(function), expected, "{function}");
        }
    }
}
